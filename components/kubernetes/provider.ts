#!/usr/bin/env node
import { servePackage } from "@tf-model-serving/core/internal/servePackage";
import * as library from "./index";

void servePackage(__dirname, library);
