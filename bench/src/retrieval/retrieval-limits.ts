/** What must hold on any documents with questions of this kind. */
export const retrievalLimits = {
  'recall at 1': { atLeast: 0.93 },
  'recall at 5': { atLeast: 0.99 },
  'recall of the vector index at 5': { atLeast: 0.98 },
  'time of the import over that of the embedder alone': { atMost: 1.3 },
} as const
