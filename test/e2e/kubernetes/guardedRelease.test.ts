// With the provider as it is; `npm run test:nightly` has older ones' way too.
import { describeGuardedRelease } from "./guardedRelease";

describeGuardedRelease("4.29 and later: by Update, then by Apply");
