import * as os from "os";

// What serves on this machine goes before what updates it.
os.setPriority(Math.max(os.getPriority(), os.constants.priority.PRIORITY_BELOW_NORMAL));
