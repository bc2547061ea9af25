import { type ReactElement, useEffect } from 'react';
import './deploy.css';
import { designOf, makePackage, packageKey, packageObstacle } from '../../actions/deploy.ts';
import { chooseFiles } from '../../actions/open-files.ts';
import { useApp } from '../../state/store.ts';
import { Button, EmptyState } from '../../widgets/index.ts';
import { FilePreview, FileTree } from './files.tsx';
import { OptionsForm } from './options-form.tsx';
import { PackageList } from './package-list.tsx';
import { SelfTest } from './self-test.tsx';

/** Packages of the chosen design: each proves itself before it is offered. */
export function DeployView(): ReactElement {
  const obstacle = useApp(packageObstacle);
  const exporters = useApp((s) => s.session.catalog?.exporters);
  const target = useApp((s) => s.deploy.target) ?? exporters?.[0]?.id;
  const key = useApp((s) => (target === undefined ? undefined : packageKey(s, target)));
  const state = useApp((s) => (key === undefined ? undefined : s.deploy.packages[key]));
  const design = useApp((s) => designOf(s)?.name);
  useEffect(() => {
    if (target !== undefined && key !== undefined && obstacle === undefined) void makePackage(target);
  }, [target, key, obstacle]);
  if (obstacle !== undefined && state === undefined) return <Obstacle reason={obstacle} />;
  if (target === undefined || design === undefined) {
    return <EmptyState title="No packages in this build">The catalog of exporters is empty.</EmptyState>;
  }
  return (
    <div className="deploy">
      <div className="deploy-packages">
        <PackageList target={target} design={design} />
        <OptionsForm target={target} />
      </div>
      <FileTree state={state} />
      <FilePreview state={state} />
      <SelfTest state={state} packageKey={key} />
    </div>
  );
}

function Obstacle({ reason }: { readonly reason: string }): ReactElement {
  const wanted = useApp((s) => s.session.wanted);
  if (!wanted) return <EmptyState title="No package yet">{`A package cannot be made now: ${reason}.`}</EmptyState>;
  return (
    <EmptyState
      title={`${wanted.name} is needed`}
      action={
        <Button kind="primary" onClick={chooseFiles}>
          Choose the file
        </Button>
      }
    >
      {`A link holds no weights. Drop the file with fingerprint ${wanted.sha256.slice(0, 8)} to make packages of its points.`}
    </EmptyState>
  );
}
