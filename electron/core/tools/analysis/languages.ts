/** How the trees of one language are read. Kinds are those of its tree-sitter grammar. */
export interface Language {
  name: string
  /** As ast-grep names its grammar. */
  grammar: string
  extensions: string[]
  /** Kind of a node → what it is in an outline. */
  items: Record<string, string>
  /** Items whose inside belongs to the outline; functions' does not. */
  containers: string[]
  /** Nodes that are not in the outline themselves but hold what is. */
  through: string[]
  /** Kinds of the nodes that name something. */
  names: string[]
  /** The files that may speak of the same symbol. */
  family: string
}

const SCRIPT = {
  items: {
    function_declaration: 'function', generator_function_declaration: 'function', function_signature: 'function', class_declaration: 'class', abstract_class_declaration: 'class',
    interface_declaration: 'interface', type_alias_declaration: 'type', enum_declaration: 'enum', internal_module: 'namespace', module: 'namespace',
    method_definition: 'method', method_signature: 'method', abstract_method_signature: 'method', public_field_definition: 'field', field_definition: 'field', property_signature: 'field', variable_declarator: 'variable',
  },
  containers: ['class_declaration', 'abstract_class_declaration', 'interface_declaration', 'internal_module', 'module'],
  through: ['export_statement', 'lexical_declaration', 'variable_declaration', 'class_body', 'interface_body', 'object_type', 'statement_block', 'ambient_declaration', 'expression_statement'],
  names: ['identifier', 'property_identifier', 'type_identifier', 'shorthand_property_identifier', 'shorthand_property_identifier_pattern', 'private_property_identifier'],
  family: 'script',
}
/** JavaScript's grammar has no node for types, and asking for a kind that a grammar lacks is an error. */
const JAVASCRIPT_NAMES = SCRIPT.names.filter((name) => name !== 'type_identifier')

export const LANGUAGES: Language[] = [
  { name: 'TypeScript', grammar: 'TypeScript', extensions: ['.ts', '.mts', '.cts'], ...SCRIPT },
  { name: 'TSX', grammar: 'Tsx', extensions: ['.tsx'], ...SCRIPT },
  { name: 'JavaScript', grammar: 'JavaScript', extensions: ['.js', '.mjs', '.cjs', '.jsx'], ...SCRIPT, names: JAVASCRIPT_NAMES },
  {
    name: 'Python', grammar: 'python', extensions: ['.py', '.pyi'], family: 'python',
    items: { function_definition: 'function', class_definition: 'class', assignment: 'variable' },
    containers: ['class_definition'], through: ['decorated_definition', 'block', 'expression_statement', 'if_statement'], names: ['identifier'],
  },
  {
    name: 'Go', grammar: 'go', extensions: ['.go'], family: 'go',
    items: { function_declaration: 'function', method_declaration: 'method', type_spec: 'type', type_alias: 'type', const_spec: 'constant', var_spec: 'variable' },
    containers: [], through: ['type_declaration', 'const_declaration', 'var_declaration', 'var_spec_list'], names: ['identifier', 'field_identifier', 'type_identifier', 'package_identifier'],
  },
  {
    name: 'Rust', grammar: 'rust', extensions: ['.rs'], family: 'rust',
    items: { function_item: 'function', function_signature_item: 'function', struct_item: 'struct', enum_item: 'enum', union_item: 'union', trait_item: 'trait', impl_item: 'impl', mod_item: 'module', const_item: 'constant', static_item: 'static', type_item: 'type', macro_definition: 'macro', field_declaration: 'field' },
    containers: ['trait_item', 'impl_item', 'mod_item', 'struct_item'], through: ['declaration_list', 'field_declaration_list'], names: ['identifier', 'field_identifier', 'type_identifier'],
  },
  {
    name: 'Java', grammar: 'java', extensions: ['.java'], family: 'java',
    items: { class_declaration: 'class', interface_declaration: 'interface', enum_declaration: 'enum', record_declaration: 'record', annotation_type_declaration: 'annotation', method_declaration: 'method', constructor_declaration: 'constructor', variable_declarator: 'field' },
    containers: ['class_declaration', 'interface_declaration', 'enum_declaration', 'record_declaration'], through: ['class_body', 'interface_body', 'enum_body', 'enum_body_declarations', 'field_declaration'], names: ['identifier', 'type_identifier'],
  },
  {
    name: 'CSS', grammar: 'Css', extensions: ['.css'], family: 'css',
    items: { rule_set: 'rule', media_statement: 'media', keyframes_statement: 'keyframes', supports_statement: 'supports' },
    containers: ['rule_set', 'media_statement', 'supports_statement'], through: ['block'], names: ['class_name', 'id_name', 'tag_name', 'property_name', 'keyframes_name', 'plain_value'],
  },
  {
    name: 'HTML', grammar: 'Html', extensions: ['.html', '.htm'], family: 'html',
    items: { element: 'element', script_element: 'script', style_element: 'style' },
    containers: ['element'], through: [], names: ['tag_name', 'attribute_name', 'attribute_value'],
  },
]
