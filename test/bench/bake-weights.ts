// Turns a part whose weights are inputs into one graph whose weights are constants, any number of layers deep.
import { onnx } from 'onnx-proto';
import {
  type Attribute,
  DATA_TYPE,
  encodeModel,
  type OnnxGraph,
  type OnnxInitializer,
  type OnnxNode,
} from '../../src/graph/onnx.ts';
import type { Dtype } from '../../src/graph/tensor.ts';
import { type GraphPart, weightInputs } from '../../src/networks/part.ts';
import type { Numbers } from '../parity/parity-case.ts';

/**
 * Chains copies of a part: the output `out` of each is the input `x` of the next, all other inputs are shared.
 * @param layers each copy's weights by graph input, f32 scales.
 * @returns a part without weight inputs.
 */
export function bakeWeights(
  part: GraphPart,
  layers: readonly Readonly<Record<string, Numbers>>[],
): GraphPart {
  const { graph } = onnx.ModelProto.decode(part.onnx);
  if (!graph) throw new Error(`${part.name} has no graph`);
  const shared = new Set(part.inputs.map((input) => input.name).filter((name) => name !== 'x'));
  const last = layers.length - 1;
  const rename = (name: string, layer: number): string => {
    if (name === '' || shared.has(name)) return name;
    if (name === 'x') return layer === 0 ? 'x' : `${layer - 1}/out`;
    return name === 'out' && layer === last ? 'out' : `${layer}/${name}`;
  };
  const baked: OnnxGraph = {
    name: `${part.name}-baked`,
    inputs: part.inputs,
    outputs: part.outputs,
    initializers: layers.flatMap((weights, layer) =>
      [...(graph.initializer ?? []).map(constantOf), ...weightsOf(part, weights)].map((constant) => ({
        ...constant,
        name: rename(constant.name, layer),
      })),
    ),
    nodes: layers.flatMap((_, layer) =>
      (graph.node ?? []).map((node) => nodeOf(node, (name) => rename(name, layer))),
    ),
  };
  return {
    name: baked.name,
    onnx: encodeModel(baked),
    inputs: part.inputs,
    weights: [],
    outputs: part.outputs,
  };
}

function weightsOf(part: GraphPart, weights: Readonly<Record<string, Numbers>>): readonly OnnxInitializer[] {
  return part.weights
    .flatMap((slot) => weightInputs(slot))
    .map((info) => {
      const data = weights[info.name];
      if (!data) throw new Error(`${part.name}: no data for ${info.name}`);
      return { ...info, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
    });
}

function constantOf(tensor: onnx.ITensorProto): OnnxInitializer {
  const dtype = (Object.keys(DATA_TYPE) as Dtype[]).find((name) => DATA_TYPE[name] === tensor.dataType);
  if (!dtype) throw new Error(`${tensor.name} has the element type ${tensor.dataType}`);
  const { name, dims, rawData } = tensor;
  return { name: name ?? '', dtype, dims: (dims ?? []).map(Number), data: rawData ?? new Uint8Array() };
}

function nodeOf(node: onnx.INodeProto, rename: (name: string) => string): OnnxNode {
  return {
    op: node.opType ?? '',
    domain: node.domain ?? '',
    inputs: (node.input ?? []).map(rename),
    outputs: (node.output ?? []).map(rename),
    attributes: Object.fromEntries(
      (node.attribute ?? []).map((attribute) => [attribute.name, attributeOf(attribute)]),
    ),
  };
}

function attributeOf(attribute: onnx.IAttributeProto): Attribute {
  const { FLOAT, INT, STRING } = onnx.AttributeProto.AttributeType;
  if (attribute.type === FLOAT) return { float: attribute.f ?? 0 };
  if (attribute.type === INT) return { int: Number(attribute.i) };
  if (attribute.type === STRING) return { string: new TextDecoder().decode(attribute.s ?? undefined) };
  return { ints: (attribute.ints ?? []).map(Number) };
}
