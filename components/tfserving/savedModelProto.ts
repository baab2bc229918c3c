import { type IMapField, Root, type Type } from "protobufjs/light";

/**
 * The parts of TensorFlow's SavedModel and checkpoint messages that serving needs. A descriptor in
 * code rather than a .proto file on disk, so that it is found wherever the library is installed.
 * Source: tensorflow/core/protobuf/{saved_model,meta_graph,saved_object_graph,tensor_bundle}.proto,
 * tensorflow/core/framework/{graph,function,node_def,attr_value}.proto.
 */
export const savedModelRoot = Root.fromJSON({
  nested: {
    tensorflow: {
      nested: {
        SavedModel: {
          fields: {
            savedModelSchemaVersion: { type: "int64", id: 1 },
            metaGraphs: { rule: "repeated", type: "MetaGraphDef", id: 2 },
          },
        },
        MetaGraphDef: {
          fields: {
            metaInfoDef: { type: "MetaInfoDef", id: 1 },
            graphDef: { type: "bytes", id: 2 },
            collectionDef: mapField("bytes", 4),
            signatureDef: mapField("SignatureDef", 5),
            assetFileDef: { rule: "repeated", type: "AssetFileDef", id: 6 },
            objectGraphDef: { type: "SavedObjectGraph", id: 7 },
          },
        },
        MetaInfoDef: {
          fields: {
            tags: { rule: "repeated", type: "string", id: 4 },
            tensorflowVersion: { type: "string", id: 5 },
          },
        },
        SignatureDef: {
          fields: {
            inputs: mapField("TensorInfo", 1),
            outputs: mapField("TensorInfo", 2),
            methodName: { type: "string", id: 3 },
          },
        },
        SignatureDefEntry: {
          fields: {
            key: { type: "string", id: 1 },
            value: { type: "SignatureDef", id: 2 },
          },
        },
        AssetFileDef: { fields: { filename: { type: "string", id: 2 } } },
        CollectionDefEntry: { fields: { key: { type: "string", id: 1 } } },
        TensorInfo: {
          fields: {
            name: { type: "string", id: 1 },
            dtype: { type: "int32", id: 2 },
            tensorShape: { type: "TensorShapeProto", id: 3 },
            cooSparse: { type: "CooSparse", id: 4 },
            compositeTensor: { type: "CompositeTensor", id: 5 },
          },
        },
        CooSparse: {
          fields: {
            valuesTensorName: { type: "string", id: 1 },
            indicesTensorName: { type: "string", id: 2 },
            denseShapeTensorName: { type: "string", id: 3 },
          },
        },
        CompositeTensor: {
          fields: { components: { rule: "repeated", type: "TensorInfo", id: 2 } },
        },
        TensorShapeProto: {
          fields: {
            dim: { rule: "repeated", type: "Dim", id: 2 },
            unknownRank: { type: "bool", id: 3 },
          },
        },
        Dim: { fields: { size: { type: "int64", id: 1 } } },
        SavedObjectGraph: {
          fields: { nodes: { rule: "repeated", type: "SavedObject", id: 1 } },
        },
        SavedObject: { fields: { variable: { type: "bytes", id: 7 } } },
        BundleHeaderProto: { fields: { numShards: { type: "int32", id: 1 } } },
        BundleEntryProto: {
          fields: {
            shardId: { type: "int32", id: 3 },
            offset: { type: "int64", id: 4 },
            size: { type: "int64", id: 5 },
          },
        },
      },
    },
  },
});

/** Field numbers for walking a file without decoding it whole. */
export const field = {
  savedModelMetaGraphs: 2,
  metaGraphInfo: 1,
  metaGraphGraph: 2,
  metaGraphCollections: 4,
  metaGraphSignatures: 5,
  metaGraphAssets: 6,
  metaGraphObjects: 7,
  objectGraphNodes: 1,
  objectVariable: 7,
  graphNodes: 1,
  graphLibrary: 2,
  libraryFunctions: 1,
  functionSignature: 1,
  functionNodes: 3,
  /** Of a node, of a function's signature, and of a function that is called. */
  nodeName: 1,
  nodeOperation: 2,
  nodeInputs: 3,
  nodeAttributes: 5,
  mapValue: 2,
  attributeList: 1,
  attributeFunction: 10,
  listFunctions: 9,
};

export interface MetaInfoMessage {
  tags: string[];
  tensorflowVersion: string;
}

export interface TensorInfoMessage {
  name: string;
  dtype: number;
  tensorShape?: { dim: { size: number }[]; unknownRank: boolean } | null;
  cooSparse?: { valuesTensorName: string } | null;
  compositeTensor?: { components: TensorInfoMessage[] } | null;
}

export interface SignatureEntryMessage {
  key: string;
  value?: {
    inputs: Record<string, TensorInfoMessage>;
    outputs: Record<string, TensorInfoMessage>;
    methodName: string;
  } | null;
}

/** Decodes one message into a plain object with every default filled in. */
export function decode<T>(messageName: string, bytes: Uint8Array): T {
  const type: Type = savedModelRoot.lookupType(`tensorflow.${messageName}`);
  return type.toObject(type.decode(bytes), { longs: Number, defaults: true }) as T;
}

function mapField(type: string, id: number): IMapField {
  return { keyType: "string", type, id };
}
