package understand

// yesPhrases and noPhrases are whole answers, normalized, in Spanish of several
// countries, Portuguese and English.
var yesPhrases = set(
	"si", "sii", "sip", "sep", "see", "sipi", "s", "simon", "sisas", "sizas", "ajam", "aja", "ajá", "ahuevo", "a huevo", "asi es", "eso", "eso es", "exacto", "exactamente",
	"claro", "claro que si", "clarin", "clarines", "por supuesto", "desde luego", "seguro", "obvio", "obviamente", "efectivamente", "afirmativo", "correcto", "cierto", "es correcto", "esta correcto", "esta bien", "todo bien", "bien", "muy bien",
	"ok", "okay", "oki", "okis", "okey", "oka", "okk", "k", "vale", "dale", "va", "vamos", "sale", "orale", "andale", "arre", "de acuerdo", "acuerdo", "listo", "lista", "perfecto", "genial", "excelente", "de una", "hecho", "hagale", "hagamosle", "ya", "bueno", "con gusto", "me parece", "me parece bien", "conforme", "acepto", "confirmo", "confirmado", "confirmar", "adelante", "continuar", "seguimos", "sigamos", "quiero", "lo quiero", "si quiero", "tal cual", "positivo", "como no", "cómo no", "encantado", "encantada", "joya", "buenisimo", "barbaro", "mas vale", "mandale", "seee", "seeee", "sale y vale", "va que va", "pos si", "pues si", "a webo", "aguebo", "venga", "venga va", "guay", "que si", "por favor", "porfa", "porfis",
	"sim", "ss", "isso", "isso mesmo", "com certeza", "claro que sim", "pode ser", "pode", "beleza", "blz", "ta bom", "esta bom", "tudo bem", "certo", "certeza", "positivo", "aham", "uhum", "quero", "aceito", "confirmo", "bora", "ok sim", "e isso", "isso ai", "pode sim", "ta otimo", "otimo", "show", "show de bola", "fechou", "manda ver", "manda bala", "fechado", "combinado", "perfeito", "correto", "sim senhor", "sim senhora",
	"yes", "y", "ye", "yeah", "yea", "yep", "yup", "yess", "sure", "of course", "absolutely", "definitely", "correct", "right", "thats right", "that s right", "fine", "sounds good", "sounds good to me", "go for it", "why not", "lgtm", "works for me", "you bet", "for sure", "yes sir", "yes maam", "go ahead", "please", "please do", "agreed", "i do", "i agree", "affirmative", "alright", "all right", "aye", "true", "verdadero", "verdad", "verdadeiro", "1", "uno", "👍", "✅", "👌", "🆗", "✔", "☑", "🙌", "💯", "👍🏻", "👍🏼", "👍🏽", "👍🏾", "👍🏿",
)

var noPhrases = set(
	"no", "nop", "nope", "nel", "nop no", "noup", "nones", "n", "nah", "na", "nanai", "nada", "ni hablar", "para nada", "de ninguna manera", "de ningun modo", "en absoluto", "nunca", "jamas", "claro que no", "por supuesto que no", "obvio no", "negativo", "incorrecto", "no es correcto", "esta mal", "mal", "falso", "mejor no", "creo que no", "todavia no", "aun no", "ahora no", "ahorita no", "por ahora no", "no por ahora", "no gracias", "no muchas gracias", "no quiero", "no lo quiero", "no acepto", "no confirmo", "no estoy de acuerdo", "tampoco", "nel pastel", "chale no", "ni en pedo", "ni ahi", "ni en suenos", "deja", "dejalo", "dejalo asi", "no che", "ni de cona", "ni de broma", "ni loco", "ni loca", "que va", "no no", "no es asi", "no asi no", "no es eso", "cancelar", "cancela", "rechazo", "ninguno", "ninguna", "asi esta bien no", "gracias no", "no senor", "no senora", "no hombre",
	"nao", "não", "nn", "nao quero", "nao obrigado", "nao obrigada", "de jeito nenhum", "nem pensar", "negativo", "agora nao", "ainda nao", "melhor nao", "acho que nao", "claro que nao", "com certeza nao", "errado", "nunca jamais", "nao senhor", "nao senhora", "nada disso", "deixa pra la", "deixa quieto", "nem a pau", "nao aceito", "nao e isso",
	"not", "never", "no thanks", "no thank you", "not now", "not yet", "not really", "no way", "of course not", "absolutely not", "definitely not", "i dont", "i don t", "dont", "don t", "wrong", "incorrect", "false", "nay", "negative", "2", "dos", "👎", "❌", "🚫", "✖", "🙅", "🙅‍♀", "🙅‍♂", "👎🏻", "👎🏼", "👎🏽", "👎🏾", "👎🏿",
)

// unsure are answers that begin like a yes or a no and are neither.
var unsure = set(
	"no se", "nose", "no lo se", "no se todavia", "no estoy seguro", "no estoy segura", "no entiendo", "no entendi", "no recuerdo", "no me acuerdo", "no tengo idea", "no sabria", "no importa", "si o no", "si no", "sino", "si y no",
	"nao sei", "nao entendi", "nao lembro", "nao tenho certeza", "nao tenho ideia", "tanto faz", "vou ver", "vou pensar", "deixa eu ver", "depois te falo", "sim e nao", "sim ou nao", "talvez", "quem sabe",
	"i dont know", "i don t know", "dont know", "don t know", "not sure", "i m not sure", "im not sure", "no idea", "let me think", "let me see", "i ll let you know", "ill let you know", "maybe", "perhaps", "yes and no", "yes or no", "tal vez", "quizas", "quiza", "a lo mejor", "depende", "puede ser", "puede que si", "mas o menos", "me da igual", "igual", "ponele", "ya te dire", "ya te digo", "despues te digo", "luego te digo", "despues veo", "dejame ver", "deja veo", "lo pienso", "lo voy a pensar", "espera", "esperame", "momento", "un momento",
)

// firstYes and firstNo decide when they open a longer answer ("sí, a las tres").
var firstYes = set("si", "sim", "yes", "yeah", "yep", "claro", "ok", "okay", "okey", "dale", "vale", "sure", "sip", "simon", "👍", "✅", "👌", "exacto", "correcto", "perfecto", "confirmo", "acepto")

var firstNo = set("no", "nao", "nop", "nope", "nel", "nah", "👎", "❌", "🚫", "negativo")

// turning are words that may reverse the beginning of the answer.
var turning = set("pero", "mas", "mais", "but", "aunque", "salvo", "excepto", "except", "no", "nao", "not", "si", "sim", "yes", "mejor", "melhor", "rather", "o", "ou", "or")
