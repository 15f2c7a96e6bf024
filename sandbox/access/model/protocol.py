"""The part of the open inference protocol that streams need, made at run time: no compiler of .proto files is needed.

Field numbers: https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/open_inference_grpc.proto
and, for ModelStreamInfer, https://github.com/triton-inference-server/common/blob/main/protobuf/grpc_service.proto
"""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

SERVICE = "inference.GRPCInferenceService"
STREAM = f"/{SERVICE}/ModelStreamInfer"
_FIELD = descriptor_pb2.FieldDescriptorProto

_MESSAGES: dict[str, list[tuple[str, int, str]]] = {
    "ModelInferRequest": [("model_name", 1, ""), ("id", 3, ""), ("raw_input_contents", 7, "bytes")],
    "ModelInferResponse": [("model_name", 1, ""), ("id", 3, ""), ("raw_output_contents", 6, "bytes")],
    "ModelStreamInferResponse": [("error_message", 1, ""), ("infer_response", 2, "ModelInferResponse")],
}
"""Fields by message: name, number, and text unless `bytes` (repeated) or a message is named."""


def _made() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="open_inference.proto", package="inference", syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind in fields:
            message.field.add(name=field, number=number, **_kind(kind))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    found = {name: pool.FindMessageTypeByName(f"inference.{name}") for name in _MESSAGES}
    return {name: message_factory.GetMessageClass(descriptor) for name, descriptor in found.items()}


def _kind(kind: str) -> dict[str, Any]:
    if kind == "bytes":
        return {"type": _FIELD.TYPE_BYTES, "label": _FIELD.LABEL_REPEATED}
    if kind:
        return {"type": _FIELD.TYPE_MESSAGE, "label": _FIELD.LABEL_OPTIONAL, "type_name": f".inference.{kind}"}
    return {"type": _FIELD.TYPE_STRING, "label": _FIELD.LABEL_OPTIONAL}


_CLASSES = _made()
Request: Any = _CLASSES["ModelInferRequest"]
Response: Any = _CLASSES["ModelInferResponse"]
StreamResponse: Any = _CLASSES["ModelStreamInferResponse"]
