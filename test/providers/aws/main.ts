import { main } from "../host/server";
import { TestProvider } from "./provider";

main(new TestProvider());
