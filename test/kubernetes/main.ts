import { engineLog } from "../provider/engineLog";
import { main } from "../provider/server";
import { TestProvider } from "./provider";

// The engine says where it takes messages with the first argument.
main(new TestProvider(engineLog(process.argv[2])));
