import { roleSchema } from '../../shared/tasks.ts'

export const ROLES = roleSchema.options
