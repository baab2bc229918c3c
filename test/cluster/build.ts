// Builds what the tests' cluster is started from, where that was not done before: on a new machine
// that is minutes of a compiler's work, which no test is to run beside.
import { buildPrograms } from "./programs";

void buildPrograms();
