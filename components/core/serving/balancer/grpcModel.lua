-- The model that a call of gRPC names, for rules about who may call which: the sample fetch
-- `lua.grpc_model`. It is empty, and so allowed to nobody, unless the whole message is there, is not
-- compressed, and names one model: of a field that comes twice TensorFlow Serving takes the last.
-- Encoding: https://protobuf.dev/programming-guides/encoding/

-- A number of a message at a place, and the place after it; nil beyond its end.
local function number_at(bytes, place)
  local number, shift = 0, 0
  repeat
    local byte = bytes:byte(place)
    if not byte or shift > 63 then return nil end
    number = number | (byte & 127) << shift
    shift, place = shift + 7, place + 1
  until byte < 128
  return number, place
end

-- What fields of this number hold in a message: a list of texts; nil for what is no message.
local function fields(bytes, wanted)
  local found, place = {}, 1
  while place <= #bytes do
    local tag, after = number_at(bytes, place)
    if not tag then return nil end
    local kind, field = tag & 7, tag >> 3
    if kind == 0 then
      local _, next_place = number_at(bytes, after)
      place = next_place
    elseif kind == 1 then
      place = after + 8
    elseif kind == 5 then
      place = after + 4
    elseif kind == 2 then
      local length, start = number_at(bytes, after)
      if not length or length < 0 or length > #bytes - start + 1 then return nil end
      if field == wanted then found[#found + 1] = bytes:sub(start, start + length - 1) end
      place = start + length
    else
      return nil
    end
    if not place or place > #bytes + 1 then return nil end
    -- The same field in another encoding would be another reading of it.
    if field == wanted and kind ~= 2 then return nil end
  end
  return found
end

local function only(list)
  return list and #list == 1 and list[1] or nil
end

-- Name of the model in a message that has its ModelSpec in field 1.
local function model_in(message)
  local spec = only(fields(message, 1))
  return spec and only(fields(spec, 1))
end

-- A MultiInferenceRequest has tasks, each with its ModelSpec.
local function model_in_tasks(message)
  local tasks, model = fields(message, 1), nil
  for _, task in ipairs(tasks or {}) do
    local named = model_in(task)
    if not named or model and model ~= named then return nil end
    model = named
  end
  return model
end

core.register_fetches("grpc_model", function(txn)
  local body = txn.f:req_body() or ""
  if #body < 5 or body:byte(1) ~= 0 then return "" end
  if string.unpack(">I4", body, 2) ~= #body - 5 then return "" end
  local message = body:sub(6)
  local several = txn:get_var("txn.verb") == "multiInference"
  return several and model_in_tasks(message) or not several and model_in(message) or ""
end)
