import { ProtobufWriter } from './protobuf.ts';
import type { Dtype, TensorInfo } from './tensor.ts';

/** Version of the file format: the first with opset 21. */
export const IR_VERSION = 10;
/** Version of the standard operators. */
export const OPSET = 21;
/** Domain of onnxruntime's own operators, version 1. */
export const MICROSOFT = 'com.microsoft';

/** Codes of `TensorProto.DataType`. */
export const DATA_TYPE = { float32: 1, uint8: 2, int32: 6, int64: 7, float16: 10 } as const satisfies Record<
  Dtype,
  number
>;

/** What an operator's attribute may be. Integers and floats are told apart by the tag, not by the value. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] };

/** One operator application. Absent optional inputs are empty names. */
export interface OnnxNode {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A constant: `data` holds the elements as little-endian bytes. */
export interface OnnxInitializer extends TensorInfo {
  readonly data: Uint8Array;
}

/** What goes into a ModelProto. Nodes in an order in which each comes after what it reads. */
export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly initializers: readonly OnnxInitializer[];
  readonly nodes: readonly OnnxNode[];
}

// Field numbers below: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

function writeValueInfo(w: ProtobufWriter, info: TensorInfo): void {
  w.string(1, info.name).message(2, (type) =>
    type.message(1, (tensor) =>
      tensor.integer(1, DATA_TYPE[info.dtype]).message(2, (shape) => {
        for (const dim of info.dims) shape.message(1, (d) => d.integer(1, dim));
      }),
    ),
  );
}

function writeAttribute(w: ProtobufWriter, name: string, attribute: Attribute): void {
  w.string(1, name);
  if ('float' in attribute) w.float(2, attribute.float).integer(20, 1);
  else if ('int' in attribute) w.integer(3, attribute.int).integer(20, 2);
  else if ('string' in attribute) w.string(4, attribute.string).integer(20, 3);
  else {
    for (const value of attribute.ints) w.integer(8, value);
    w.integer(20, 7);
  }
}

function writeNode(w: ProtobufWriter, node: OnnxNode, index: number): void {
  for (const name of node.inputs) w.string(1, name);
  for (const name of node.outputs) w.string(2, name);
  w.string(3, `${node.op}_${index}`).string(4, node.op); // the name is what the runtime's profiler shows
  for (const [name, attribute] of Object.entries(node.attributes)) {
    w.message(5, (a) => writeAttribute(a, name, attribute));
  }
  if (node.domain) w.string(7, node.domain);
}

function writeInitializer(w: ProtobufWriter, tensor: OnnxInitializer): void {
  for (const dim of tensor.dims) w.integer(1, dim);
  w.integer(2, DATA_TYPE[tensor.dtype]).string(8, tensor.name).bytes(9, tensor.data);
}

/** Serialises a graph to a ModelProto: ir 10, opset 21 and com.microsoft 1. */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  return new ProtobufWriter()
    .integer(1, IR_VERSION)
    .string(2, 'kindling')
    .message(7, (g) => {
      graph.nodes.forEach((node, index) => {
        g.message(1, (n) => writeNode(n, node, index));
      });
      g.string(2, graph.name);
      for (const tensor of graph.initializers) g.message(5, (t) => writeInitializer(t, tensor));
      for (const info of graph.inputs) g.message(11, (v) => writeValueInfo(v, info));
      for (const info of graph.outputs) g.message(12, (v) => writeValueInfo(v, info));
    })
    .message(8, (o) => o.string(1, '').integer(2, OPSET))
    .message(8, (o) => o.string(1, MICROSOFT).integer(2, 1))
    .finish();
}
