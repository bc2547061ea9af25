export type { ModelChange } from './changes.ts';
export { checkChange, describeChange } from './changes.ts';
export type { Choices, QuantizeChoice, TargetChoice } from './choices.ts';
export type { Feasibility } from './constraints.ts';
export { feasibility, formatConstraint, parseConstraint, totalViolation, violation } from './constraints.ts';
export type { DesignPoint } from './design-point.ts';
export type { EvaluateBatch } from './desk.ts';
export type { Constraint, DataRecipe, DataReference, Exploration } from './exploration.ts';
export type { ExploreOptions } from './explore.ts';
export { explore } from './explore.ts';
export type { DesignBasis } from './ids.ts';
export { designPointId, TOOL_VERSION } from './ids.ts';
export { loadLater } from './later.ts';
export type {
  BodyView,
  EdgeView,
  Histogram,
  LayerDetail,
  LayerMetric,
  ModelTotals,
  ModelView,
  NodeView,
  Tiles,
  ValueView,
} from './model-view.ts';
export type { Objective } from './objectives.ts';
export { figureValue, minimized, objectives, valueText } from './objectives.ts';
export type { BoundData, DataRequest, DataSettings } from './pipeline/data.ts';
export { bindData, classesOf, decodePictures, inputPorts, referenceOf } from './pipeline/data.ts';
export type { DataDescription, InputDescription } from './pipeline/data-description.ts';
export { describeData } from './pipeline/data-description.ts';
export type { DrawingChoice, DrawnModel } from './pipeline/draw-model.ts';
export { drawModel } from './pipeline/draw-model.ts';
export { evaluateChoices, runProgram, weightMemoryBits } from './pipeline/evaluate.ts';
export type { DesignToExport, ExportedDesign, ExportSettings } from './pipeline/export-design.ts';
export { exportDesign, LEAST_VECTORS } from './pipeline/export-design.ts';
export type { FloatCheck } from './pipeline/float-check.ts';
export { floatCheck } from './pipeline/float-check.ts';
export { identifyFile } from './pipeline/identify.ts';
export { layerDetail } from './pipeline/layer-detail.ts';
export { compareOpened, layerMetric, simplifyReport } from './pipeline/model-reports.ts';
export type { ModelFile, OpenedModel, OpenOptions, ShapeSettings } from './pipeline/open.ts';
export { noShapes, openModel, unknownOperators } from './pipeline/open.ts';
export type { QuantizedDesign } from './pipeline/pipeline.ts';
export { programOf, schemeOf } from './pipeline/pipeline.ts';
export type { QuantizedLayerReport, QuantizeReport } from './pipeline/report.ts';
export { quantizeReport } from './pipeline/report.ts';
export type { Judged } from './pipeline/score.ts';
export type { LayerLoss } from './pipeline/sensitivity.ts';
export { sensitivity } from './pipeline/sensitivity.ts';
export type { Backends, Session, SessionRequest } from './pipeline/session.ts';
export { calibrateModel, runFloat, startSession } from './pipeline/session.ts';
export type { TrainingHost, TrainingSamples } from './pipeline/train-model.ts';
export { checkpointModel, sweepRates, trainableReport, trainModel } from './pipeline/train-model.ts';
export type { EstimateRequest } from './pipeline/verdict.ts';
export { defaultTarget, estimatePlatforms, runtimeOf } from './pipeline/verdict.ts';
export type { ParetoscopeFile } from './share/file.ts';
export { readParetoscope, writeParetoscope } from './share/file.ts';
export { decodeLink, encodeLink } from './share/link.ts';
export { SHARE_VERSION } from './share/migrations.ts';
export type { Json, ShareState } from './share/state.ts';
export { DEFAULT_QUANTIZE, uniformChoices } from './space.ts';
export type { Strategy } from './strategies.ts';
export { strategies } from './strategies.ts';
