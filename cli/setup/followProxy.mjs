import { EnvHttpProxyAgent, setGlobalDispatcher } from "undici";

// Loaded ahead of a program: its fetch follows HTTPS_PROXY and NO_PROXY, which Node.js 20 does not by itself.
setGlobalDispatcher(new EnvHttpProxyAgent());
