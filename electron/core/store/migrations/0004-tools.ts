export const toolsMigration = ``
