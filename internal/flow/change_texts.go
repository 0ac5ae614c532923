package flow

var changeTexts = map[string]issueText{
	"field_changed": {
		es: said{message: "Cambió {0}: de {1} a {2}."},
		en: said{message: "{0} changed from {1} to {2}."},
		pt: said{message: "Mudou {0}: de {1} para {2}."},
	},
	"text_changed": {
		es: said{message: "Cambió el texto de «{0}»: «{1}» → «{2}»."},
		en: said{message: "The text of “{0}” changed: “{1}” → “{2}”."},
		pt: said{message: "Mudou o texto de “{0}”: “{1}” → “{2}”."},
	},
	"text_added": {
		es: said{message: "«{0}» ahora dice: «{1}»."},
		en: said{message: "“{0}” now says: “{1}”."},
		pt: said{message: "“{0}” agora diz: “{1}”."},
	},
	"text_removed": {
		es: said{message: "«{0}» ya no dice: «{1}»."},
		en: said{message: "“{0}” no longer says: “{1}”."},
		pt: said{message: "“{0}” já não diz: “{1}”."},
	},
	"exit_changed": {
		es: said{message: "«{0}» ({1}) llevaba a {2} y ahora lleva a {3}."},
		en: said{message: "“{0}” ({1}) led to {2} and now leads to {3}."},
		pt: said{message: "“{0}” ({1}) levava a {2} e agora leva a {3}."},
	},
	"option_added": {
		es: said{message: "«{0}» tiene una opción nueva: «{1}»."},
		en: said{message: "“{0}” has a new option: “{1}”."},
		pt: said{message: "“{0}” tem uma nova opção: “{1}”."},
	},
	"option_removed": {
		es: said{message: "Se quitó la opción «{1}» de «{0}»."},
		en: said{message: "The option “{1}” was removed from “{0}”."},
		pt: said{message: "A opção “{1}” foi removida de “{0}”."},
	},
	"options_reordered": {
		es: said{message: "Las opciones de «{0}» cambiaron de orden."},
		en: said{message: "The options of “{0}” are in another order."},
		pt: said{message: "As opções de “{0}” mudaram de ordem."},
	},
	"node_added": {
		es: said{message: "Nodo nuevo: «{0}»."},
		en: said{message: "New node: “{0}”."},
		pt: said{message: "Nó novo: “{0}”."},
	},
	"node_removed": {
		es: said{message: "Se quitó el nodo «{0}»."},
		en: said{message: "The node “{0}” was removed."},
		pt: said{message: "O nó “{0}” foi removido."},
	},
	"node_renamed": {
		es: said{message: "El nodo «{0}» ahora se llama «{1}»."},
		en: said{message: "The node “{0}” is now called “{1}”."},
		pt: said{message: "O nó “{0}” agora se chama “{1}”."},
	},
	"node_type": {
		es: said{message: "«{0}» era un nodo {1} y ahora es {2}."},
		en: said{message: "“{0}” was a {1} node and now is {2}."},
		pt: said{message: "“{0}” era um nó {1} e agora é {2}."},
	},
	"trigger_added": {
		es: said{message: "Ahora el flujo también empieza con: {0}."},
		en: said{message: "The flow now also starts with: {0}."},
		pt: said{message: "Agora o fluxo também começa com: {0}."},
	},
	"trigger_removed": {
		es: said{message: "El flujo ya no empieza con: {0}."},
		en: said{message: "The flow no longer starts with: {0}."},
		pt: said{message: "O fluxo já não começa com: {0}."},
	},
	"command_added": {
		es: said{message: "Comando nuevo o distinto: {0}."},
		en: said{message: "New or changed command: {0}."},
		pt: said{message: "Comando novo ou diferente: {0}."},
	},
	"command_removed": {
		es: said{message: "Se quitó o cambió el comando: {0}."},
		en: said{message: "Command removed or changed: {0}."},
		pt: said{message: "Comando removido ou alterado: {0}."},
	},
	"var_added": {
		es: said{message: "Variable nueva: {0}."},
		en: said{message: "New variable: {0}."},
		pt: said{message: "Variável nova: {0}."},
	},
	"var_changed": {
		es: said{message: "Cambió la variable {0}."},
		en: said{message: "The variable {0} changed."},
		pt: said{message: "Mudou a variável {0}."},
	},
	"var_removed": {
		es: said{message: "Se quitó la variable {0}."},
		en: said{message: "The variable {0} was removed."},
		pt: said{message: "A variável {0} foi removida."},
	},
	"translation_changed": {
		es: said{message: "Cambiaron {1} traducciones a «{0}»."},
		en: said{message: "{1} translations to “{0}” changed."},
		pt: said{message: "Mudaram {1} traduções para “{0}”."},
	},
}
