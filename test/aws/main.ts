import { main } from "../provider/server";
import { TestProvider } from "./provider";

main(new TestProvider());
