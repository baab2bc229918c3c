/**
 * TensorFlow's `DataType` enum by number, under the names of `tf.dtypes` (numpy style).
 * Source: tensorflow/core/framework/types.proto, TensorFlow 2.21.
 */
const names: Record<number, string> = {
  1: "float32",
  2: "float64",
  3: "int32",
  4: "uint8",
  5: "int16",
  6: "int8",
  7: "string",
  8: "complex64",
  9: "int64",
  10: "bool",
  11: "qint8",
  12: "quint8",
  13: "qint32",
  14: "bfloat16",
  15: "qint16",
  16: "quint16",
  17: "uint16",
  18: "complex128",
  19: "float16",
  20: "resource",
  21: "variant",
  22: "uint32",
  23: "uint64",
  24: "float8_e5m2",
  25: "float8_e4m3fn",
  26: "float8_e4m3fnuz",
  27: "float8_e4m3b11fnuz",
  28: "float8_e5m2fnuz",
  29: "int4",
  30: "uint4",
  31: "int2",
  32: "uint2",
  33: "float4_e2m1fn",
};

const referenceOffset = 100;

/**
 * Name of a `DataType` number: `float32` for 1, `float32_ref` for 101, `invalid` for 0.
 * A number that this library does not know yet comes back as `unknown(<number>)`.
 */
export function dataTypeName(dataType: number): string {
  if (dataType === 0) {
    return "invalid";
  }
  const plain = names[dataType];
  if (plain !== undefined) {
    return plain;
  }
  const referenced = names[dataType - referenceOffset];
  return referenced === undefined ? `unknown(${dataType})` : `${referenced}_ref`;
}
