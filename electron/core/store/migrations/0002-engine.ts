export const engineMigration = ``
