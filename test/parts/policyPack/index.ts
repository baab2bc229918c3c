import * as pulumi from "@pulumi/pulumi";
import { declareBroken } from "./broken";
import { declareSound } from "./sound";

(new pulumi.Config().requireBoolean("broken") ? declareBroken : declareSound)();
