-- The release of the replica that answers, for the log: the sample fetch `lua.release`. A replica says it
-- when its health is checked, and HAProxy keeps it as that check's message (`on-success`). What was
-- found is in the map `virt@releases` for half a second, which is asked first: it costs far less.

local map, kept, last = "virt@releases", {}, {}

core.register_fetches("release", function(txn)
  local backend, name = core.backends[txn.f:be_name()], txn.f:srv_name()
  local server = backend and name and backend.servers[name]
  if not server then return "" end
  local address = txn.f:bc_dst()
  local check = server:get_stats()
  -- While a check is under way it says nothing, and one that fails says why, as of a replica that leaves.
  local said = check.check_status == "L7OK" and check.last_chk or ""
  local release = said ~= "" and said or last[address] or ""
  core.set_map(map, address, release)
  kept[address], last[address] = true, release
  return release
end)

-- Another replica may come to an address.
core.register_task(function()
  while true do
    for address in pairs(kept) do core.del_map(map, address) end
    kept = {}
    core.msleep(500)
  end
end)
