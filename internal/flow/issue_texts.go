package flow

// The codes of issues; stable, part of the REST contract.
const (
	codeTooLarge     = "too_large"
	codeNotJSON      = "not_json"
	codeNotObject    = "not_object"
	codeTooDeep      = "too_deep"
	codeDuplicateKey = "duplicate_key"

	codeMissing      = "missing_field"
	codeUnknownField = "unknown_field"
	codeBadName      = "bad_name"
	codeWrongType    = "wrong_type"
	codeNotAllowed   = "not_allowed"
	codeUnknownType  = "unknown_node_type"
	codeBadVersion   = "bad_format"
	codeBadDuration  = "bad_duration"
	codeBadRef       = "bad_ref"
	codeBadLocale    = "bad_locale"
	codeBadPhone     = "bad_phone"
	codeEmpty        = "empty_text"
	codeTooLong      = "too_long"
	codeTooFew       = "too_few"
	codeTooMany      = "too_many"
	codeTooSmall     = "too_small"
	codeTooBig       = "too_big"

	codeUnknownNode     = "unknown_node"
	codeUnknownFlow     = "unknown_flow"
	codeUnknownAsset    = "unknown_asset"
	codeUnknownSecret   = "unknown_secret"
	codeUnknownTemplate = "unknown_template"
	codeUnknownQueue    = "unknown_queue"
	codeUnknownCalendar = "unknown_calendar"
	codeUnknownVar      = "unknown_var"
	codeUnknownText     = "unknown_text"
	codeUnsupportedNode = "unsupported_node"
	codeUnsupported     = "unsupported_feature"
	codeReserved        = "reserved_name"
	codeUnreachable     = "unreachable_node"
	codeDuplicateOption = "duplicate_option"
	codeDuplicateAlias  = "duplicate_alias"
	codeShadowed        = "shadowed_command"
	codeDuplicateWord   = "duplicate_command"
	codeDuplicateFormer = "duplicate_was"
	codeSetCycle        = "set_cycle"
	codeBadCron         = "bad_schedule"
	codeBadBounds       = "bad_bounds"
	codeNoTriggers      = "no_triggers"
	codeNoElse          = "no_else"
	codeInsecureURL     = "insecure_url"
	codeBadURL          = "bad_url"
	codeBothBodies      = "two_bodies"
	codeNeedsTo         = "missing_to"
	codeWrongDefault    = "wrong_default"

	codeExprSyntax  = "expr_syntax"
	codeExprForbid  = "expr_forbidden"
	codeExprFunc    = "expr_unknown_function"
	codeExprArity   = "expr_arguments"
	codeExprLong    = "expr_too_long"
	codeExprComplex = "expr_too_complex"
	codeExprOpen    = "expr_unclosed"

	codeLoop       = "loop_without_wait"
	codeFlood      = "loop_without_customer"
	codeCallCycle  = "call_cycle"
	codeCallDepth  = "call_too_deep"
	codeSelfCalled = "calls_itself"
	codeBreaks     = "breaks_caller"
)

var issueTexts = map[string]issueText{
	codeTooLarge: {
		es: said{"La definición pesa {0} KB; el máximo es {1} KB.", "Divide el flujo en varios y únelos con un nodo call."},
		en: said{"The definition is {0} KB; the limit is {1} KB.", "Split the flow and join the parts with a call node."},
		pt: said{"A definição tem {0} KB; o máximo é {1} KB.", "Divida o fluxo em vários e una-os com um nó call."},
	},
	codeNotJSON: {
		es: said{"No es JSON válido ({0}).", "Revisa comas, comillas y llaves cerca de esa línea y columna."},
		en: said{"This is not valid JSON ({0}).", "Check commas, quotes and braces near that line and column."},
		pt: said{"Não é JSON válido ({0}).", "Revise vírgulas, aspas e chaves perto dessa linha e coluna."},
	},
	codeNotObject: {
		es: said{"La definición debe ser un objeto JSON.", "Empieza con { y termina con }."},
		en: said{"The definition must be a JSON object.", "Begin with { and end with }."},
		pt: said{"A definição deve ser um objeto JSON.", "Comece com { e termine com }."},
	},
	codeTooDeep: {
		es: said{"Hay más de {0} niveles anidados.", "Simplifica las condiciones o los datos anidados."},
		en: said{"There are more than {0} nested levels.", "Simplify nested conditions or data."},
		pt: said{"Há mais de {0} níveis aninhados.", "Simplifique as condições ou os dados aninhados."},
	},
	codeDuplicateKey: {
		es: said{"«{0}» aparece dos veces; una borraría a la otra.", "Quita una o cámbiale el nombre."},
		en: said{"“{0}” appears twice; one would erase the other.", "Remove one of them or rename it."},
		pt: said{"“{0}” aparece duas vezes; uma apagaria a outra.", "Remova uma delas ou troque o nome."},
	},

	codeMissing: {
		es: said{"Falta «{0}».", "Agrega «{0}»."},
		en: said{"“{0}” is missing.", "Add “{0}”."},
		pt: said{"Falta “{0}”.", "Adicione “{0}”."},
	},
	codeUnknownField: {
		es: said{"«{0}» no existe aquí.", "Quita «{0}» o corrige su nombre. {?1}"},
		en: said{"“{0}” does not exist here.", "Remove “{0}” or correct its name. {?1}"},
		pt: said{"“{0}” não existe aqui.", "Remova “{0}” ou corrija o nome. {?1}"},
	},
	codeBadName: {
		es: said{"«{0}» no es un nombre válido.", "Usa minúsculas sin acentos, números y guiones bajos; empieza con letra; máximo 40."},
		en: said{"“{0}” is not a valid name.", "Use lower-case letters without accents, digits and underscores; begin with a letter; 40 at most."},
		pt: said{"“{0}” não é um nome válido.", "Use minúsculas sem acentos, números e sublinhados; comece com letra; no máximo 40."},
	},
	codeWrongType: {
		es: said{"Aquí va {0}, no {1}.", "Escribe {0}."},
		en: said{"This must be {0}, not {1}.", "Write {0}."},
		pt: said{"Aqui vai {0}, não {1}.", "Escreva {0}."},
	},
	codeNotAllowed: {
		es: said{"«{0}» no es un valor permitido.", "Usa uno de: {1}."},
		en: said{"“{0}” is not an allowed value.", "Use one of: {1}."},
		pt: said{"“{0}” não é um valor permitido.", "Use um destes: {1}."},
	},
	codeUnknownType: {
		es: said{"No hay ningún nodo de tipo «{0}».", "Elige un tipo de la guía de flujos. {?1}"},
		en: said{"There is no node of type “{0}”.", "Choose a type from the flow guide. {?1}"},
		pt: said{"Não há nenhum nó do tipo “{0}”.", "Escolha um tipo do guia de fluxos. {?1}"},
	},
	codeBadVersion: {
		es: said{"El formato «{0}» no se conoce.", "Escribe \"format\": \"{1}\"."},
		en: said{"The format “{0}” is not known.", "Write \"format\": \"{1}\"."},
		pt: said{"O formato “{0}” não é conhecido.", "Escreva \"format\": \"{1}\"."},
	},
	codeBadDuration: {
		es: said{"«{0}» no es un tiempo.", "Un número y una letra: 30s, 20m, 3h o 2d."},
		en: said{"“{0}” is not a length of time.", "A number and a letter: 30s, 20m, 3h or 2d."},
		pt: said{"“{0}” não é um tempo.", "Um número e uma letra: 30s, 20m, 3h ou 2d."},
	},
	codeBadRef: {
		es: said{"«{0}» no es un destino.", "Escribe el nombre de un nodo, o @end, @human, @start, @back o @retry."},
		en: said{"“{0}” is not a place to go to.", "Write a node's name, or @end, @human, @start, @back or @retry."},
		pt: said{"“{0}” não é um destino.", "Escreva o nome de um nó, ou @end, @human, @start, @back ou @retry."},
	},
	codeBadLocale: {
		es: said{"«{0}» no es un idioma.", "Escríbelo como es, es-MX, pt-BR o en-US."},
		en: said{"“{0}” is not a language.", "Write it like es, es-MX, pt-BR or en-US."},
		pt: said{"“{0}” não é um idioma.", "Escreva como es, es-MX, pt-BR ou en-US."},
	},
	codeBadPhone: {
		es: said{"«{0}» no es un teléfono.", "Solo dígitos con el código del país: 5215512345678."},
		en: said{"“{0}” is not a phone number.", "Digits only, with the country code: 5215512345678."},
		pt: said{"“{0}” não é um telefone.", "Só dígitos com o código do país: 5511912345678."},
	},
	codeEmpty: {
		es: said{"El texto está vacío.", "Escribe algo o quita el campo."},
		en: said{"The text is empty.", "Write something or remove the field."},
		pt: said{"O texto está vazio.", "Escreva algo ou remova o campo."},
	},
	codeTooLong: {
		es: said{"El texto tiene {0} caracteres; el máximo es {1}.", "Acórtalo."},
		en: said{"The text has {0} characters; the limit is {1}.", "Shorten it."},
		pt: said{"O texto tem {0} caracteres; o máximo é {1}.", "Encurte-o."},
	},
	codeTooFew: {
		es: said{"Hay {0}; hacen falta al menos {1}.", "Agrega los que faltan."},
		en: said{"There are {0}; at least {1} are needed.", "Add what is missing."},
		pt: said{"Há {0}; são necessários pelo menos {1}.", "Adicione os que faltam."},
	},
	codeTooMany: {
		es: said{"Hay {0}; el máximo es {1}.", "Quita algunos o repártelos en varios nodos."},
		en: said{"There are {0}; the limit is {1}.", "Remove some or spread them over several nodes."},
		pt: said{"Há {0}; o máximo é {1}.", "Remova alguns ou distribua em vários nós."},
	},
	codeTooSmall: {
		es: said{"{0} es muy poco; el mínimo es {1}.", "Escribe {1} o más."},
		en: said{"{0} is too little; the minimum is {1}.", "Write {1} or more."},
		pt: said{"{0} é muito pouco; o mínimo é {1}.", "Escreva {1} ou mais."},
	},
	codeTooBig: {
		es: said{"{0} es demasiado; el máximo es {1}.", "Escribe {1} o menos."},
		en: said{"{0} is too much; the maximum is {1}.", "Write {1} or less."},
		pt: said{"{0} é demais; o máximo é {1}.", "Escreva {1} ou menos."},
	},

	codeUnknownNode: {
		es: said{"El nodo «{0}» no existe.", "Créalo o elige otro destino. {?1}"},
		en: said{"There is no node “{0}”.", "Create it or choose another place. {?1}"},
		pt: said{"O nó “{0}” não existe.", "Crie-o ou escolha outro destino. {?1}"},
	},
	codeUnknownFlow: {
		es: said{"El flujo «{0}» no está publicado.", "Publica primero ese flujo o corrige el nombre."},
		en: said{"The flow “{0}” is not published.", "Publish that flow first or correct the name."},
		pt: said{"O fluxo “{0}” não está publicado.", "Publique primeiro esse fluxo ou corrija o nome."},
	},
	codeUnknownAsset: {
		es: said{"El archivo «{0}» no está en la tienda.", "Súbelo o corrige el nombre."},
		en: said{"The file “{0}” is not in the shop.", "Upload it or correct the name."},
		pt: said{"O arquivo “{0}” não está na loja.", "Envie-o ou corrija o nome."},
	},
	codeUnknownSecret: {
		es: said{"No hay ninguna clave guardada con el nombre «{0}».", "Guárdala en los ajustes de la tienda o corrige el nombre."},
		en: said{"No secret is stored under the name “{0}”.", "Store it in the shop's settings or correct the name."},
		pt: said{"Não há nenhuma chave guardada com o nome “{0}”.", "Guarde-a nos ajustes da loja ou corrija o nome."},
	},
	codeUnknownTemplate: {
		es: said{"No hay ninguna plantilla aprobada «{0}».", "Crea la plantilla o corrige el nombre."},
		en: said{"There is no approved template “{0}”.", "Create the template or correct the name."},
		pt: said{"Não há nenhum modelo aprovado “{0}”.", "Crie o modelo ou corrija o nome."},
	},
	codeUnknownQueue: {
		es: said{"La fila de atención «{0}» no existe.", "Créala o quita «queue»."},
		en: said{"There is no queue “{0}”.", "Create it or remove “queue”."},
		pt: said{"A fila de atendimento “{0}” não existe.", "Crie-a ou remova “queue”."},
	},
	codeUnknownCalendar: {
		es: said{"El calendario «{0}» no existe.", "Créalo o quita «calendar» para usar el de la tienda."},
		en: said{"There is no calendar “{0}”.", "Create it or remove “calendar” to use the shop's."},
		pt: said{"O calendário “{0}” não existe.", "Crie-o ou remova “calendar” para usar o da loja."},
	},
	codeUnknownVar: {
		es: said{"Nadie guarda nada en «{0}».", "Corrige el nombre o declárala en vars. {?1}"},
		en: said{"Nothing is ever saved in “{0}”.", "Correct the name or declare it in vars. {?1}"},
		pt: said{"Nada é guardado em “{0}”.", "Corrija o nome ou declare-a em vars. {?1}"},
	},
	codeUnknownText: {
		warning: true,
		es:      said{"La traducción «{0}» no corresponde a ningún texto.", "Quítala o corrige la clave. {?1}"},
		en:      said{"The translation “{0}” belongs to no text.", "Remove it or correct its key. {?1}"},
		pt:      said{"A tradução “{0}” não corresponde a nenhum texto.", "Remova-a ou corrija a chave. {?1}"},
	},
	codeUnsupportedNode: {
		es: said{"Este servidor todavía no sabe ejecutar nodos «{0}».", "Quita el nodo o reemplázalo por otro tipo; lo que apunta a él puede ir a @human."},
		en: said{"This server cannot run “{0}” nodes yet.", "Remove the node or use another type; what leads to it can lead to @human."},
		pt: said{"Este servidor ainda não sabe executar nós “{0}”.", "Remova o nó ou use outro tipo; o que aponta para ele pode ir para @human."},
	},
	codeUnsupported: {
		es: said{"Este servidor todavía no sabe hacer «{0}».", "Quita esa parte."},
		en: said{"This server cannot do “{0}” yet.", "Remove that part."},
		pt: said{"Este servidor ainda não sabe fazer “{0}”.", "Remova essa parte."},
	},
	codeReserved: {
		es: said{"«{0}» es un nombre reservado.", "Guarda en otro nombre, por ejemplo «{0}_1»."},
		en: said{"“{0}” is a reserved name.", "Save under another name, such as “{0}_1”."},
		pt: said{"“{0}” é um nome reservado.", "Guarde com outro nome, por exemplo “{0}_1”."},
	},
	codeUnreachable: {
		warning: true,
		es:      said{"Ningún camino llega a «{0}».", "Conéctalo desde otro nodo o bórralo."},
		en:      said{"No way leads to “{0}”.", "Connect it from another node or delete it."},
		pt:      said{"Nenhum caminho chega a “{0}”.", "Conecte-o a partir de outro nó ou apague-o."},
	},
	codeDuplicateOption: {
		es: said{"Hay dos opciones con el id «{0}».", "Dale a cada opción un id distinto."},
		en: said{"Two options have the id “{0}”.", "Give each option its own id."},
		pt: said{"Há duas opções com o id “{0}”.", "Dê a cada opção um id diferente."},
	},
	codeDuplicateAlias: {
		es: said{"«{0}» nombra a dos opciones ({1} y {2}): no se sabría cuál eligió el cliente.", "Quita o cambia una de las dos palabras."},
		en: said{"“{0}” names two options ({1} and {2}): nobody could tell which one the customer chose.", "Remove or change one of the two words."},
		pt: said{"“{0}” nomeia duas opções ({1} e {2}): não se saberia qual o cliente escolheu.", "Remova ou troque uma das duas palavras."},
	},
	codeShadowed: {
		warning: true,
		es:      said{"Mientras este menú está a la vista, «{0}» elige la opción «{1}» y no el comando.", "Está bien si es lo que quieres; si no, cambia la palabra."},
		en:      said{"While this menu is shown, “{0}” picks the option “{1}”, not the command.", "Fine if you mean it; otherwise change the word."},
		pt:      said{"Enquanto este menu está visível, “{0}” escolhe a opção “{1}” e não o comando.", "Tudo bem se é o que você quer; senão, troque a palavra."},
	},
	codeDuplicateWord: {
		es: said{"La palabra «{0}» ya está en otro comando.", "Déjala en uno solo."},
		en: said{"The word “{0}” is already in another command.", "Keep it in one of them."},
		pt: said{"A palavra “{0}” já está em outro comando.", "Deixe-a em um só."},
	},
	codeDuplicateFormer: {
		es: said{"«{0}» ya es el nombre, de ahora o de antes, de otro nodo.", "Quítalo de «was»."},
		en: said{"“{0}” already is the present or former name of another node.", "Remove it from “was”."},
		pt: said{"“{0}” já é o nome, atual ou anterior, de outro nó.", "Remova-o de “was”."},
	},
	codeSetCycle: {
		es: said{"Estos valores se calculan uno a partir del otro: {0}.", "Repártelos en dos nodos set, en el orden en que se calculan."},
		en: said{"These values are each computed from the other: {0}.", "Spread them over two set nodes, in the order they are computed."},
		pt: said{"Estes valores são calculados um a partir do outro: {0}.", "Distribua-os em dois nós set, na ordem em que são calculados."},
	},
	codeBadCron: {
		es: said{"«{0}» no es un horario.", "Cinco campos: minuto hora día mes día-de-semana. Ejemplo: 0 9 * * 1-5."},
		en: said{"“{0}” is not a schedule.", "Five fields: minute hour day month weekday. Example: 0 9 * * 1-5."},
		pt: said{"“{0}” não é um horário.", "Cinco campos: minuto hora dia mês dia-da-semana. Exemplo: 0 9 * * 1-5."},
	},
	codeBadBounds: {
		es: said{"Los límites no sirven: {0}.", "min debe ser menor o igual que max, y los dos del tipo que se pregunta."},
		en: said{"The limits do not work: {0}.", "min must not be over max, and both must be of the kind that is asked for."},
		pt: said{"Os limites não servem: {0}.", "min deve ser menor ou igual a max, e os dois do tipo que se pergunta."},
	},
	codeNoTriggers: {
		warning: true,
		es:      said{"Ningún mensaje inicia este flujo.", "Agrega un trigger, o úsalo solo desde un nodo call."},
		en:      said{"No message starts this flow.", "Add a trigger, or use it from call nodes only."},
		pt:      said{"Nenhuma mensagem inicia este fluxo.", "Adicione um trigger, ou use-o só a partir de um nó call."},
	},
	codeNoElse: {
		warning: true,
		es:      said{"Si ningún caso se cumple, la conversación termina sin decir nada.", "Agrega «else»."},
		en:      said{"When no case holds, the conversation ends without a word.", "Add “else”."},
		pt:      said{"Se nenhum caso se cumpre, a conversa termina sem dizer nada.", "Adicione “else”."},
	},
	codeInsecureURL: {
		warning: true,
		es:      said{"La dirección empieza con http:// y los datos viajan sin cifrar.", "Usa https://."},
		en:      said{"The address begins with http://, so data travels unencrypted.", "Use https://."},
		pt:      said{"O endereço começa com http:// e os dados viajam sem criptografia.", "Use https://."},
	},
	codeBadURL: {
		es: said{"«{0}» no es una dirección web.", "Empieza con https:// y el nombre del servidor; las variables van después."},
		en: said{"“{0}” is not a web address.", "Begin with https:// and the server's name; variables come after it."},
		pt: said{"“{0}” não é um endereço web.", "Comece com https:// e o nome do servidor; as variáveis vêm depois."},
	},
	codeBothBodies: {
		es: said{"Hay «json» y «body» a la vez.", "Deja solo uno."},
		en: said{"There are both “json” and “body”.", "Keep one of them."},
		pt: said{"Há “json” e “body” ao mesmo tempo.", "Deixe só um."},
	},
	codeNeedsTo: {
		es: said{"La comparación «{0}» necesita con qué comparar.", "Agrega «to»."},
		en: said{"The test “{0}” needs something to compare with.", "Add “to”."},
		pt: said{"A comparação “{0}” precisa de algo com que comparar.", "Adicione “to”."},
	},
	codeWrongDefault: {
		es: said{"El valor inicial no es de tipo {0}.", "Corrige «default» o el tipo."},
		en: said{"The default value is not of type {0}.", "Correct “default” or the type."},
		pt: said{"O valor inicial não é do tipo {0}.", "Corrija “default” ou o tipo."},
	},

	codeExprSyntax: {
		es: said{"La expresión «{0}» no se entiende cerca del carácter {1}.", "Revisa comillas, paréntesis y operadores. Los textos van entre comillas."},
		en: said{"The expression “{0}” cannot be read near character {1}.", "Check quotes, brackets and operators. Texts go in quotes."},
		pt: said{"A expressão “{0}” não se entende perto do caractere {1}.", "Revise aspas, parênteses e operadores. Textos vão entre aspas."},
	},
	codeExprForbid: {
		es: said{"En «{0}» no se permite «{2}».", "Usa solo variables, operadores y las funciones de la guía."},
		en: said{"“{2}” is not allowed in “{0}”.", "Use variables, operators and the functions of the guide only."},
		pt: said{"Em “{0}” não se permite “{2}”.", "Use só variáveis, operadores e as funções do guia."},
	},
	codeExprFunc: {
		es: said{"No existe la función «{2}».", "Usa una función de la guía. {?3}"},
		en: said{"There is no function “{2}”.", "Use a function of the guide. {?3}"},
		pt: said{"Não existe a função “{2}”.", "Use uma função do guia. {?3}"},
	},
	codeExprArity: {
		es: said{"La función «{2}» lleva otra cantidad de datos.", "Mira en la guía cómo se usa «{2}»."},
		en: said{"The function “{2}” takes another number of arguments.", "See in the guide how “{2}” is used."},
		pt: said{"A função “{2}” leva outra quantidade de dados.", "Veja no guia como se usa “{2}”."},
	},
	codeExprLong: {
		es: said{"La expresión es demasiado larga.", "Calcúlala por partes en nodos set; máximo 500 caracteres."},
		en: said{"The expression is too long.", "Compute it in parts in set nodes; 500 characters at most."},
		pt: said{"A expressão é longa demais.", "Calcule-a por partes em nós set; no máximo 500 caracteres."},
	},
	codeExprComplex: {
		es: said{"La expresión es demasiado complicada.", "Calcúlala por partes en nodos set."},
		en: said{"The expression is too complicated.", "Compute it in parts in set nodes."},
		pt: said{"A expressão é complicada demais.", "Calcule-a por partes em nós set."},
	},
	codeExprOpen: {
		es: said{"Un «{{» no se cierra.", "Agrega «}}»."},
		en: said{"A “{{” is not closed.", "Add “}}”."},
		pt: said{"Um “{{” não se fecha.", "Adicione “}}”."},
	},

	codeLoop: {
		es: said{"El bot daría vueltas sin parar: {0}.", "Pon en ese camino un nodo que espere, como menu o ask, o cambia el destino."},
		en: said{"The bot would run in circles without end: {0}.", "Put a node that waits, such as menu or ask, on that way, or change where it leads."},
		pt: said{"O bot daria voltas sem parar: {0}.", "Ponha nesse caminho um nó que espere, como menu ou ask, ou troque o destino."},
	},
	codeFlood: {
		es: said{"El bot podría escribir sin parar aunque el cliente no conteste: {0}.", "Pon en ese camino un menu, un ask o un delay de al menos 1m."},
		en: said{"The bot could write on and on though the customer says nothing: {0}.", "Put a menu, an ask or a delay of at least 1m on that way."},
		pt: said{"O bot poderia escrever sem parar mesmo que o cliente não responda: {0}.", "Ponha nesse caminho um menu, um ask ou um delay de pelo menos 1m."},
	},
	codeCallCycle: {
		es: said{"Los flujos se llaman en círculo: {0}.", "Un flujo llamado vuelve solo al terminar: usa un nodo end en lugar de otra llamada."},
		en: said{"The flows call each other in a circle: {0}.", "A called flow comes back by itself when it ends: use an end node instead of another call."},
		pt: said{"Os fluxos se chamam em círculo: {0}.", "Um fluxo chamado volta sozinho ao terminar: use um nó end em vez de outra chamada."},
	},
	codeCallDepth: {
		es: said{"Hay más de {0} flujos llamados uno dentro de otro.", "Une algunos de ellos en un solo flujo."},
		en: said{"More than {0} flows are called one inside the other.", "Merge some of them into one flow."},
		pt: said{"Há mais de {0} fluxos chamados um dentro do outro.", "Una alguns deles em um só fluxo."},
	},
	codeSelfCalled: {
		es: said{"El flujo se llama a sí mismo.", "Usa un nodo goto para volver al inicio."},
		en: said{"The flow calls itself.", "Use a goto node to go back to the start."},
		pt: said{"O fluxo chama a si mesmo.", "Use um nó goto para voltar ao início."},
	},
	codeBreaks: {
		es: said{"El flujo «{0}» llama a este y dejaría de funcionar: {1}", "Cambia este flujo, o publica antes «{0}» corregido."},
		en: said{"The flow “{0}” calls this one and would stop working: {1}", "Change this flow, or publish a corrected “{0}” first."},
		pt: said{"O fluxo “{0}” chama este e deixaria de funcionar: {1}", "Mude este fluxo, ou publique antes “{0}” corrigido."},
	},
}
