import type { ReactElement } from 'react';
import './compress.css';
import { useApp } from '../../state/store.ts';
import { EmptyState } from '../../widgets/index.ts';
import { LossChain } from './loss-chain.tsx';
import { Recipe } from './recipe.tsx';
import { SchemeTable } from './scheme-table.tsx';

/** Bits per layer: what each layer alone loses at each width, the scheme, and what it costs. */
export function CompressView(): ReactElement {
  const scheme = useApp((s) => s.compress.scheme);
  const diagnostics = useApp((s) => s.session.view?.diagnostics) ?? [];
  if (!scheme) {
    return (
      <EmptyState title="No layer of this network can be quantized">
        {diagnostics.find((d) => d.severity !== 'info')?.message ??
          'It has no convolution or dense layer with constant weights.'}
      </EmptyState>
    );
  }
  return (
    <div className="compress">
      <Recipe scheme={scheme} />
      <div className="compress-main">
        <SchemeTable scheme={scheme} />
        <LossChain />
      </div>
    </div>
  );
}
