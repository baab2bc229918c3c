import { TestProvider } from "./provider";
import { serve } from "./server";

serve(new TestProvider()).then(
  // The engine reads the port from the first line.
  (port) => console.log(String(port)),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
