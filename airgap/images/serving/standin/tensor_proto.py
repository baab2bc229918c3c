"""Numpy arrays to TensorProto and back, field by field as TensorFlow lays them out."""

import numpy

from .c_api import DATA_TYPES, NUMPY_TYPES
from .protos import tensor_pb2, types_pb2

# DataType: the typed field, and the integer view that half-width floats travel in.
_FIELDS = {
    types_pb2.DT_FLOAT: ("float_val", None),
    types_pb2.DT_DOUBLE: ("double_val", None),
    types_pb2.DT_HALF: ("half_val", numpy.uint16),
    types_pb2.DT_BFLOAT16: ("half_val", numpy.uint16),
    types_pb2.DT_INT8: ("int_val", None),
    types_pb2.DT_INT16: ("int_val", None),
    types_pb2.DT_INT32: ("int_val", None),
    types_pb2.DT_INT64: ("int64_val", None),
    types_pb2.DT_UINT8: ("int_val", None),
    types_pb2.DT_UINT16: ("int_val", None),
    types_pb2.DT_UINT32: ("uint32_val", None),
    types_pb2.DT_UINT64: ("uint64_val", None),
    types_pb2.DT_BOOL: ("bool_val", None),
    types_pb2.DT_COMPLEX64: ("scomplex_val", numpy.float32),
    types_pb2.DT_COMPLEX128: ("dcomplex_val", numpy.float64),
}


def encode(array, as_content=False):
    """A TensorProto with typed values, or with raw `tensor_content` when `as_content`."""
    proto = tensor_pb2.TensorProto()
    for size in array.shape:
        proto.tensor_shape.dim.add(size=size)
    if array.dtype == object:
        proto.dtype = types_pb2.DT_STRING
        proto.string_val.extend(array.ravel().tolist())
        return proto
    proto.dtype = DATA_TYPES[array.dtype]
    if as_content:
        proto.tensor_content = array.tobytes()
        return proto
    field, view = _FIELDS[proto.dtype]
    flat = numpy.ascontiguousarray(array).ravel()
    getattr(proto, field).extend((flat.view(view) if view else flat).tolist())
    return proto


def decode(proto):
    """A numpy array, or None for what only TensorFlow should unpack (strings, broken shapes)."""
    kind = proto.dtype
    if kind not in NUMPY_TYPES or proto.tensor_shape.unknown_rank:
        return None
    shape = [dim.size for dim in proto.tensor_shape.dim]
    count = int(numpy.prod(shape, dtype=numpy.int64))
    if proto.tensor_content:
        if len(proto.tensor_content) != count * NUMPY_TYPES[kind].itemsize:
            return None
        return numpy.frombuffer(proto.tensor_content, NUMPY_TYPES[kind]).reshape(shape)
    field, view = _FIELDS[kind]
    values = getattr(proto, field)
    if view is not None or len(values) != count:
        return None
    return numpy.array(values, NUMPY_TYPES[kind]).reshape(shape)
