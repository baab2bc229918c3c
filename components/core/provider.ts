#!/usr/bin/env node
import * as library from "./index";
import { servePackage } from "./servePackage";

void servePackage(__dirname, library);
