/**
 * Words that say nothing of what a text is about, and those that only make a question of it: in a query they would count
 * as things that no memory has. Of the languages that most users write; in others they merely weigh a little too much.
 */
const words = `
a about above after again all also am an and any are as at be because been before being below between both but by can could
did do does doing don down during each few for from further had has have having he her here hers him his how i if in into is
isn it its just let me more most my no nor not now of off on once only or other our ours out over own please same she should
so some such than that the their theirs them then there these they this those through to too under until up us very was we
were what when where which while who whom whose why will with would you your yours tell know remember anything something ever
ab aber als am an auch auf aus bei bin bis da damit dann das dass dein dem den der des die dies diese doch du ein eine einem
einen einer er es euch für hat habe haben hatte ich ihr im in ist ja kann kein mein mit nach nicht noch nun nur ob oder ohne
schon sein sich sie sind so über um und uns unter vom von vor war was weil wenn wer wie wird wo wurde zu zum zur welche welcher
welches wann warum
au aux avec ce ces cette comment dans de des du elle en est et eux il ils je la le les leur lui mais mes moi mon ne nos notre
nous on ou où par pas pour quand que quel quelle quels qui quoi sa se ses son sont sur ta te tes toi ton tu un une vos votre vous
al como con cual cuando cuál cuándo cómo del dónde donde el ella ellos en era es esta este esto fue ha hay la las lo los más mi muy
no nos o para pero por porque qué que quien quién se ser si sin sobre son su sus también te tiene tu un una uno y ya
`;

/** Words that say nothing of what a text is about. */
export const stopWords: ReadonlySet<string> = new Set(words.split(/\s+/u).filter((word) => word !== ""));
