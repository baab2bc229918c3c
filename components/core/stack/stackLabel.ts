/** Label on every Docker object of a stack; its value is `<project>/<stack>`. */
export const stackLabel = "tfserving.stack";
