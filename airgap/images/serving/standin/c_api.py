"""TensorFlow's C library by ctypes: load a SavedModel, run its session.

This is the interface below TensorFlow's Python code and the one that TensorFlow Serving's session
layer matches: same graph, same kernels, a start of one second and little memory. Calls release
Python's lock, so requests run side by side.
"""

import ctypes
import os
from ctypes import POINTER, c_char_p, c_int, c_int64, c_size_t, c_void_p

import numpy

from .errors import CODES, BadTensor, StatusError
from .protos import TENSORFLOW_DIRECTORY, tensor_pb2, types_pb2

STRING = types_pb2.DT_STRING


class _Buffer(ctypes.Structure):
    _fields_ = [("data", c_void_p), ("length", c_size_t), ("deallocator", c_void_p)]


class _Output(ctypes.Structure):
    _fields_ = [("operation", c_void_p), ("index", c_int)]


_SIGNATURES = {
    "TF_Version": (c_char_p, []),
    "TF_NewStatus": (c_void_p, []),
    "TF_DeleteStatus": (None, [c_void_p]),
    "TF_GetCode": (c_int, [c_void_p]),
    "TF_Message": (c_char_p, [c_void_p]),
    "TF_NewSessionOptions": (c_void_p, []),
    "TF_SetConfig": (None, [c_void_p, c_char_p, c_size_t, c_void_p]),
    "TF_DeleteSessionOptions": (None, [c_void_p]),
    "TF_NewGraph": (c_void_p, []),
    "TF_DeleteGraph": (None, [c_void_p]),
    "TF_GraphOperationByName": (c_void_p, [c_void_p, c_char_p]),
    "TF_NewBuffer": (POINTER(_Buffer), []),
    "TF_NewBufferFromString": (POINTER(_Buffer), [c_char_p, c_size_t]),
    "TF_DeleteBuffer": (None, [POINTER(_Buffer)]),
    "TF_LoadSessionFromSavedModel": (
        c_void_p,
        [c_void_p, c_void_p, c_char_p, POINTER(c_char_p), c_int, c_void_p, c_void_p, c_void_p],
    ),
    "TF_CloseSession": (None, [c_void_p, c_void_p]),
    "TF_DeleteSession": (None, [c_void_p, c_void_p]),
    "TF_SessionRun": (
        None,
        [c_void_p, POINTER(_Buffer), POINTER(_Output), POINTER(c_void_p), c_int]
        + [POINTER(_Output), POINTER(c_void_p), c_int, c_void_p, c_int, c_void_p, c_void_p],
    ),
    "TF_AllocateTensor": (c_void_p, [c_int, POINTER(c_int64), c_int, c_size_t]),
    "TF_DeleteTensor": (None, [c_void_p]),
    "TF_TensorType": (c_int, [c_void_p]),
    "TF_NumDims": (c_int, [c_void_p]),
    "TF_Dim": (c_int64, [c_void_p, c_int]),
    "TF_TensorData": (c_void_p, [c_void_p]),
    "TF_TensorByteSize": (c_size_t, [c_void_p]),
    "TF_TensorFromProto": (None, [POINTER(_Buffer), c_void_p, c_void_p]),
    "TF_StringGetDataPointer": (c_void_p, [c_void_p]),
    "TF_StringGetSize": (c_size_t, [c_void_p]),
}
_STRING_SIZE = 24  # sizeof(TF_TString)


def _load():
    library = ctypes.CDLL(os.path.join(TENSORFLOW_DIRECTORY, "libtensorflow_cc.so.2"))
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


_lib = _load()
VERSION = _lib.TF_Version().decode()


class _Status:
    """A TF_Status for the length of a `with`; leaves with a StatusError if the call failed."""

    def __enter__(self):
        self.pointer = _lib.TF_NewStatus()
        return self.pointer

    def __exit__(self, kind, *_):
        code, message = _lib.TF_GetCode(self.pointer), _lib.TF_Message(self.pointer)
        _lib.TF_DeleteStatus(self.pointer)
        if kind is None and code:
            raise StatusError(CODES[code], message.decode(errors="replace"))


def _new_tensor(value):
    """A TF_Tensor from a numpy array of numbers, or from a TensorProto of any type."""
    if isinstance(value, tensor_pb2.TensorProto):
        tensor = _lib.TF_AllocateTensor(types_pb2.DT_FLOAT, None, 0, 4)
        data = value.SerializeToString()
        buffer = _lib.TF_NewBufferFromString(data, len(data))
        try:
            with _Status() as status:
                _lib.TF_TensorFromProto(buffer, tensor, status)
        except StatusError:
            _lib.TF_DeleteTensor(tensor)
            raise
        finally:
            _lib.TF_DeleteBuffer(buffer)
        return tensor
    array = numpy.asarray(value, order="C")  # ascontiguousarray would give a scalar a dimension
    shape = (c_int64 * array.ndim)(*array.shape)
    tensor = _lib.TF_AllocateTensor(DATA_TYPES[array.dtype], shape, array.ndim, array.nbytes)
    ctypes.memmove(_lib.TF_TensorData(tensor), array.ctypes.data, array.nbytes)
    return tensor


def _to_numpy(tensor):
    """A copy of a TF_Tensor; strings become an array of `bytes` objects."""
    shape = [_lib.TF_Dim(tensor, axis) for axis in range(_lib.TF_NumDims(tensor))]
    data, kind = _lib.TF_TensorData(tensor), _lib.TF_TensorType(tensor)
    if kind == STRING:
        count = int(numpy.prod(shape, dtype=numpy.int64))
        array = numpy.empty(count, dtype=object)
        for index in range(count):
            item = data + index * _STRING_SIZE
            size = _lib.TF_StringGetSize(item)
            array[index] = (
                ctypes.string_at(_lib.TF_StringGetDataPointer(item), size) if size else b""
            )
        return array.reshape(shape)
    if kind not in NUMPY_TYPES:
        name = types_pb2.DataType.Name(kind)
        raise StatusError(
            "UNIMPLEMENTED", f"tensors of type {name} are not covered by the stand-in"
        )
    raw = ctypes.string_at(data, _lib.TF_TensorByteSize(tensor)) if data else b""
    return numpy.frombuffer(raw, dtype=NUMPY_TYPES[kind]).reshape(shape)


class Session:
    """A SavedModel's graph, loaded with variables restored and its initialiser run."""

    def __init__(self, directory, tags, config):
        """Loads the graph tagged with `tags`; `config` is a ConfigProto."""
        self._graph = _lib.TF_NewGraph()
        options, meta_graph = _lib.TF_NewSessionOptions(), _lib.TF_NewBuffer()
        data = config.SerializeToString()
        names = (c_char_p * len(tags))(*[tag.encode() for tag in tags])
        try:
            with _Status() as status:
                _lib.TF_SetConfig(options, data, len(data), status)
            with _Status() as status:
                self._session = _lib.TF_LoadSessionFromSavedModel(
                    options,
                    None,
                    directory.encode(),
                    names,
                    len(tags),
                    self._graph,
                    meta_graph,
                    status,
                )
            content = meta_graph.contents
            self.meta_graph = ctypes.string_at(content.data, content.length)
        except StatusError:
            _lib.TF_DeleteGraph(self._graph)
            raise
        finally:
            _lib.TF_DeleteBuffer(meta_graph)
            _lib.TF_DeleteSessionOptions(options)

    def _output(self, tensor_name):
        operation, _, index = tensor_name.partition(":")
        pointer = _lib.TF_GraphOperationByName(self._graph, operation.encode())
        if not pointer:
            raise StatusError("NOT_FOUND", f"Tensor {tensor_name} is not in the graph")
        return _Output(pointer, int(index or 0))

    def run(self, feeds, fetches, run_options):
        """Feeds {tensor name: array or TensorProto}, returns arrays in the order of `fetches`.

        `run_options` is a serialised RunOptions, or None. Raises BadTensor for a TensorProto whose
        values do not fit its shape."""
        inputs = (_Output * len(feeds))(*[self._output(name) for name in feeds])
        outputs = (_Output * len(fetches))(*[self._output(name) for name in fetches])
        input_values = (c_void_p * len(feeds))()
        output_values = (c_void_p * len(fetches))()
        options = (
            _lib.TF_NewBufferFromString(run_options, len(run_options)) if run_options else None
        )
        try:
            for index, (name, value) in enumerate(feeds.items()):
                try:
                    input_values[index] = _new_tensor(value)
                except StatusError as error:
                    raise BadTensor(name) from error
            with _Status() as status:
                _lib.TF_SessionRun(
                    *(self._session, options, inputs, input_values, len(feeds)),
                    *(outputs, output_values, len(fetches), None, 0, None, status),
                )
            return [_to_numpy(value) for value in output_values]
        finally:
            for value in (*input_values, *output_values):
                if value:
                    _lib.TF_DeleteTensor(value)
            if options:
                _lib.TF_DeleteBuffer(options)

    def close(self):
        """Frees the model; nothing may run any more."""
        with _Status() as status:
            _lib.TF_CloseSession(self._session, status)
        with _Status() as status:
            _lib.TF_DeleteSession(self._session, status)
        _lib.TF_DeleteGraph(self._graph)


def _types():
    import ml_dtypes

    pairs = {
        types_pb2.DT_FLOAT: numpy.float32,
        types_pb2.DT_DOUBLE: numpy.float64,
        types_pb2.DT_HALF: numpy.float16,
        types_pb2.DT_BFLOAT16: ml_dtypes.bfloat16,
        types_pb2.DT_INT8: numpy.int8,
        types_pb2.DT_INT16: numpy.int16,
        types_pb2.DT_INT32: numpy.int32,
        types_pb2.DT_INT64: numpy.int64,
        types_pb2.DT_UINT8: numpy.uint8,
        types_pb2.DT_UINT16: numpy.uint16,
        types_pb2.DT_UINT32: numpy.uint32,
        types_pb2.DT_UINT64: numpy.uint64,
        types_pb2.DT_BOOL: numpy.bool_,
        types_pb2.DT_COMPLEX64: numpy.complex64,
        types_pb2.DT_COMPLEX128: numpy.complex128,
    }
    return {kind: numpy.dtype(type_) for kind, type_ in pairs.items()}


NUMPY_TYPES = _types()
DATA_TYPES = {type_: kind for kind, type_ in NUMPY_TYPES.items()}
