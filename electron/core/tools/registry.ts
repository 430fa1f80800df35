import { RainyError } from '../../../shared/errors.ts'
import type { ToolInfo } from '../../../shared/tools.ts'
import { createAnalyzeCodeTool } from './analysis/analyze-code.ts'
import { createGetDiagnosticsTool } from './analysis/get-diagnostics.ts'
import { toolInfo } from './define-tool.ts'
import { createEditFileTool } from './fs/edit-file.ts'
import { createListDirTool } from './fs/list-dir.ts'
import { createReadDirectoryTreeTool } from './fs/read-directory-tree.ts'
import { createReadFileTool } from './fs/read-file.ts'
import { createCreateFileTool, createWriteFileTool } from './fs/write-file.ts'
import { createGitCommitTool } from './git/git-commit.ts'
import { createGitDiffTool } from './git/git-diff.ts'
import { createGitStatusTool } from './git/git-status.ts'
import { createSearchCodeTool } from './search/search-code.ts'
import { createRunCommandTool } from './terminal/run-command.ts'
import { createRunTestsTool } from './terminal/run-tests.ts'
import { inThread } from './thread-tool.ts'
import type { ToolThread } from './tool-thread-client.ts'
import type { AnyTool, ThreadToolDeps, ToolDefinition, ToolDeps } from './types.ts'

/**
 * All tools, one line each. A tool's module holds its definition and is cheap to load; what it works with (git, parsers,
 * terminals, ripgrep) is loaded when it first runs.
 */
const HOST_TOOLS = {
  read_file: createReadFileTool,
  list_dir: createListDirTool,
  read_directory_tree: createReadDirectoryTreeTool,
  search_code: createSearchCodeTool,
  write_file: createWriteFileTool,
  create_file: createCreateFileTool,
  edit_file: createEditFileTool,
  run_command: createRunCommandTool,
  run_tests: createRunTestsTool,
  get_diagnostics: createGetDiagnosticsTool,
} as const satisfies Record<string, (deps: ToolDeps) => AnyTool>

/** Those that run in a tool thread. */
const THREAD_TOOLS = {
  git_status: createGitStatusTool,
  git_diff: createGitDiffTool,
  git_commit: createGitCommitTool,
  analyze_code: createAnalyzeCodeTool,
} as const satisfies Record<string, (deps: ThreadToolDeps) => ToolDefinition>

export interface Registry {
  list(): ToolInfo[]
  /** Throws UNKNOWN_TOOL, naming the tools that there are. */
  get(name: string): AnyTool
  info(name: string): ToolInfo
}

export function createRegistry(deps: ToolDeps, thread: ToolThread): Registry {
  return registryOf({ ...HOST_TOOLS, ...THREAD_TOOLS }, (create) => inThread(create(deps), thread))
}

/** As a tool thread has it. */
export function createThreadRegistry(deps: ThreadToolDeps): Registry {
  return registryOf(THREAD_TOOLS, (create) => create(deps))
}

function registryOf<Factory>(factories: Record<string, Factory>, make: (create: Factory) => AnyTool): Registry {
  const tools = new Map<string, AnyTool>()
  const infos = new Map<string, ToolInfo>()
  const registry: Registry = {
    list: () => Object.keys(factories).map((name) => registry.info(name)),
    get(name) {
      const known = tools.get(name)
      if (known) return known
      const create = Object.hasOwn(factories, name) ? factories[name] : undefined
      if (!create) throw new RainyError('UNKNOWN_TOOL', `There is no tool called ${JSON.stringify(name.slice(0, 100))}; there are: ${Object.keys(factories).join(', ')}.`)
      const tool = make(create)
      tools.set(name, tool)
      return tool
    },
    info(name) {
      const known = infos.get(name)
      if (known) return known
      const info = toolInfo(registry.get(name))
      infos.set(name, info)
      return info
    },
  }
  return registry
}
