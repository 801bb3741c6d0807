"""German: every sentence an insight can say, to a reader who is addressed as "du". Read by a native.

Rules: plain words, a figure in every description, never a diagnosis, never a cause, never an order.
"""

from common.compute.insights.german_words import CONDITIONS, HABITS, MEASURES, NAMES, NOTES, RANKS
from common.compute.insights.vocabulary import Template, Vocabulary

NOT_CAUSE = "Das ist ein Muster in deinen eigenen Daten und kein Beweis für eine Ursache."
NOT_MEDICAL = "Das ist eine Schätzung und kein ärztlicher Rat."
NOT_DIAGNOSIS = "Eine Uhr oder ein Ring kann nicht sagen, warum, und das ist keine Diagnose."
LOGGED_ONLY = "Andere Tage zählen nicht mit."
SEEN = "Grundlage: {days}, an denen beides bekannt ist, aus den letzten {period_dative}."

_GOAL_EVIDENCE = "Im Schnitt über {days} mit vollständigem Essensprotokoll in den letzten {period_dative}."
_RANGE = "am ehesten {range}"
_AFTER = "Bei {condition} war {metric_your} {when} etwa {change} {way} (wahrscheinlich {range})."
_USUAL_BEFORE = "Üblich heißt hier: die Mitte der {days} davor."
_USUAL_LATELY = "Üblich heißt hier: die Mitte von {days} Werten aus den letzten {period_dative}."
_FORECAST = (
    "Für den Morgen des {target} liegt die Prognose bei etwa {value_dative} ("
    + _RANGE
    + "). Zuletzt waren es etwa "
    "{recent}, üblich sind bei dir {usual}."
)

TEMPLATES: dict[str, Template] = {
    # was womit einhergeht
    "correlation": Template(
        "{habit}: danach ist {metric_short} {way}", _AFTER, SEEN, NOT_CAUSE, "{advice}",
    ),
    "correlation_same_night": Template(
        "{habit}: {metric_short} ist {way}",
        "In Nächten mit {condition} war {metric_your} etwa {change} {way} (wahrscheinlich {range}).",
        "Grundlage: {days} mit beiden Werten aus den letzten {period_dative}.",
        "Beides stammt aus derselben Nacht, keines muss die Ursache des anderen sein.",
        "Von den beiden kannst du die Schlafdauer planen. Wenn du magst, geh an ein paar Abenden etwas "
        "früher "
        "ins Bett und vergleiche.",
    ),
    "supported": Template(
        "{habit}: danach ist {metric_short} {way}", _AFTER, SEEN, NOT_CAUSE, "{advice}",
    ),
    "early_signal": Template(
        "Erstes Anzeichen: {habit} und {metric_short}",
        "Bisher war bei {condition} {metric_your} {when} etwa {change} {way} (wahrscheinlich {range}).",
        "Grundlage: erst {days}, an denen beides bekannt ist.",
        "Das ist ein erstes Anzeichen. Es kann verschwinden, wenn mehr Tage dazukommen.",
        "{advice}",
    ),
    "trial_running": Template(
        "Dein Versuch: {tip}",
        "An diesen Tagen änderst du etwas: {dates}. An den anderen Tagen bis {end} machst du alles wie "
        "immer. "
        "Bisher lief es an {kept} von {past} Tagen wie geplant.",
        "Die Tage für die Änderung wurden ausgelost, aus insgesamt {days_dative}.",
        "Beobachtet wird {metric_your} {when}.",
        "Lass alles andere, wie es ist, und trag jeden Tag ein. Du kannst jederzeit aufhören.",
    ),
    "trial_result": Template(
        "Das ergab dein Versuch: {tip}",
        "Nach Tagen mit der Änderung war {metric_your} {when} etwa {change} {way} (wahrscheinlich {range}).",
        "Grundlage: {pairs} Tagespaare. Rein zufällig käme ein so großer Unterschied in {chance} der "
        "Auslosungen vor.",
        "Das war dein eigener Test einer einzigen Änderung. Auch anderes war an den Tagen verschieden.",
        "{verdict}",
    ),
    "trial_unfinished": Template(
        "Dein Versuch hat zu wenige Tage für ein Ergebnis",
        "Von {days_dative} haben nur {known} alles, was der Versuch braucht.",
        "Beobachtet wurde {metric_your} {when}.",
        "Damit lässt sich weder das eine noch das andere sagen.",
        "Wenn du noch neugierig bist, starte ihn noch einmal und trag dein Gerät jede Nacht.",
    ),
    # morgen
    "forecast_worse": Template(
        "Morgen ist {metric_short} vielleicht {way} als üblich",
        _FORECAST, _USUAL_LATELY, NOT_MEDICAL,
        "Wenn es in deine Pläne passt, lass den Tag etwas ruhiger angehen und gönn dir Zeit zum Schlafen.",
    ),
    "forecast_better": Template(
        "Morgen ist {metric_short} vielleicht {way} als üblich",
        _FORECAST, _USUAL_LATELY, NOT_MEDICAL,
        "Du musst nichts tun. Es kann ein guter Tag werden für das, was du vorhast.",
    ),
    # Nächte, die anders sind
    "nights_off": Template(
        "{metric_your} ist {way} als üblich",
        "In den letzten {nights_dative} lag {metric_your} bei etwa {level_dative}. Üblich sind bei dir etwa "
        "{usual}. "
        "Der Unterschied von {change_dative} ist größer, als deine Nächte sonst schwanken.",
        _USUAL_BEFORE, NOT_DIAGNOSIS,
        "Späte Nächte, Alkohol, hartes Training, Stress, Hitze, {reasons} können das bewirken. Lass es "
        "ruhiger "
        "angehen, wenn dir danach ist.",
    ),
    "nights_off_long": Template(
        "{metric_your} ist seit {nights_dative} weit {way} als üblich",
        "Jetzt liegt {metric_your} bei etwa {level_dative}. Üblich sind bei dir etwa {usual}. "
        "Der Unterschied von {change_dative} ist viel größer, als deine Nächte sonst schwanken.",
        _USUAL_BEFORE, NOT_DIAGNOSIS,
        "Das kann durch {reasons} kommen. Wenn es anhält oder du dich nicht gut fühlst, sprich am besten mit "
        "einer Ärztin oder einem Arzt. Bis dahin schadet Ruhe nicht.",
    ),
    # Ziele
    "goal_on_track": Template(
        "{nutrient}: du bist im Ziel",
        "Im Schnitt waren es {average} {nutrient} am Tag. Dein Ziel: {goal}.",
        _GOAL_EVIDENCE, LOGGED_ONLY, "Weiter so.",
    ),
    "goal_protein_below": Template(
        "{gap} Eiweiß fehlen bis zu deinem Ziel",
        "Im Schnitt waren es {average} Eiweiß am Tag. Dein Ziel: {goal}. Es fehlten also {gap} am Tag.",
        _GOAL_EVIDENCE, LOGGED_ONLY, "{advice}",
    ),
    "goal_energy_below": Template(
        "{gap} am Tag unter deinem Energieziel",
        "Im Schnitt waren es {average} am Tag. Dein Ziel: {goal}. Das sind {gap} am Tag darunter.",
        _GOAL_EVIDENCE, LOGGED_ONLY,
        "Schau zuerst, ob in deinem Protokoll etwas fehlt. Wenn es stimmt und du oft hungrig oder müde bist, "
        "iss näher an deinem Ziel.",
    ),
    "goal_energy_above": Template(
        "{gap} am Tag über deinem Energieziel",
        "Im Schnitt waren es {average} am Tag. Dein Ziel: {goal}. Das sind {gap} am Tag darüber.",
        _GOAL_EVIDENCE, LOGGED_ONLY,
        "Wenn das nicht dein Plan war, ist eine kleinere Portion am Tag ein sanfter Anfang.",
    ),
    "goal_below": Template(
        "{gap} {nutrient} am Tag unter deinem Ziel",
        "Im Schnitt waren es {average} {nutrient} am Tag. Dein Ziel: {goal}. Das sind {gap} am Tag darunter.",
        _GOAL_EVIDENCE, LOGGED_ONLY,
        "Wenn das Ziel noch zu dir passt, bringt dich eine Portion mehr am Tag näher heran.",
    ),
    "goal_above": Template(
        "{gap} {nutrient} am Tag über deinem Ziel",
        "Im Schnitt waren es {average} {nutrient} am Tag. Dein Ziel: {goal}. Das sind {gap} am Tag darüber.",
        _GOAL_EVIDENCE, LOGGED_ONLY,
        "Wenn das Ziel noch zu dir passt, tausche am Tag eine Portion, das bringt dich näher heran.",
    ),
    "energy_low": Template(
        "In deinem Protokoll steht wenig Essen",
        "Du hast etwa {average} am Tag eingetragen. Weniger als {floor} am Tag sind für die meisten "
        "Erwachsenen zu wenig.",
        _GOAL_EVIDENCE,
        "Wenn etwas nicht eingetragen wurde, ist der wahre Wert höher.",
        "Schau, ob etwas fehlt. Wenn es stimmt, iss mehr oder hol dir Rat bei einer Ernährungsfachkraft.",
    ),
    "energy_goal_low": Template(
        "Dein Energieziel wirkt sehr niedrig",
        "Dein Ziel: {goal} am Tag. Weniger als {floor} am Tag sind für die meisten Erwachsenen zu wenig.",
        "Das Ziel steht in deinem Profil. Eingetragen hast du {average} am Tag, an {days_dative}.",
        "Wir kennen nicht deine ganze Geschichte.",
        "Überleg dir ein höheres Ziel, oder leg es gemeinsam mit einer Ärztin, einem Arzt oder einer "
        "Ernährungsfachkraft fest.",
    ),
    "weight_goal": Template(
        "{gap} bis zu deinem Wunschgewicht",
        "Du wiegst {weight}, dein Ziel sind {goal}. Es bleiben {gap}. Im Schnitt hast du {average} am Tag "
        "gegessen.",
        _GOAL_EVIDENCE,
        "Das Gewicht schwankt von Tag zu Tag von selbst.",
        "Kleine, stetige Schritte halten am längsten. Es eilt nicht.",
    ),
    # Muster
    "usual_range": Template(
        "Dein üblicher Bereich: {metric}",
        "In 8 von 10 Nächten liegt {metric_your} bei {range}. Die Mitte: {usual}.",
        "Grundlage: deine {nights} bisher.",
        "Der Bereich kann sich verschieben, wenn mehr Nächte dazukommen.",
        "Eine Nacht außerhalb kommt häufig vor. Mehrere hintereinander sind einen Blick wert.",
    ),
    "usual_lately": Template(
        "Dein üblicher Bereich: {metric}",
        "In 8 von 10 Nächten liegt {metric_your} bei {range}. Die Mitte: {usual}.",
        "Grundlage: {nights} aus den letzten {period_dative}.",
        "Der Bereich kann sich über die Monate verschieben.",
        "Eine Nacht außerhalb kommt häufig vor. Mehrere hintereinander sind einen Blick wert.",
    ),
    "month_shift": Template(
        "{metric_your} ist {way}",
        "In den letzten {recent_dative} lag {metric_your} im Schnitt bei {level_dative}. In den "
        "{before_dative} "
        "davor "
        "waren es {usual}. Das sind {change} {way_amount}.",
        "Grundlage: insgesamt {days}.",
        "Es ist eine Veränderung in deinen eigenen Daten. Woher sie kommt, ist offen: ein neues Gerät, "
        "{reasons} "
        "können dahinterstecken.",
        "{advice}",
    ),
    "settled_level": Template(
        "{metric_your} hat ein neues Niveau",
        "Seit dem {since} liegt {metric_your} bei etwa {level_dative}. Davor waren es etwa {usual}. "
        "Der Unterschied: {change}.",
        "Grundlage: {nights} seitdem und {before} davor.",
        "Die Veränderung kam innerhalb weniger Tage und ist geblieben. Dahinter kann neue Software auf dem "
        "Gerät stecken, aber auch {reasons}. Die Zahlen allein sagen nicht, was es war.",
        "Deine Nächte werden jetzt mit dem neuen Niveau verglichen. Wenn sich am Gerät nichts geändert hat, "
        "überleg, was um diesen Tag herum sonst anders wurde.",
    ),
    "weekend_sleep": Template(
        "Am Wochenende schläfst du {way}",
        "In Nächten auf Samstag oder Sonntag hast du {weekend} geschlafen. In den anderen Nächten waren es "
        "{weekday}. Der Unterschied: {gap}.",
        "Grundlage: {days} aus den letzten {period_dative}.",
        "Gezählt wird die Schlafdauer, nicht, wann du ins Bett gegangen bist.",
        "{advice}",
    ),
    "weekend_meals": Template(
        "Am Wochenende isst du {way}",
        "Die Mitte deines Essenstages liegt am Wochenende um {weekend} und an anderen Tagen um {weekday}. "
        "Das ist {gap} {way}.",
        "Grundlage: {days} mit vollständigem Essensprotokoll aus den letzten {period_dative}.",
        LOGGED_ONLY,
        "Wenn dich das montags aus dem Takt bringt, behalte eine Mahlzeit jeden Tag zur selben Zeit bei.",
    ),
    "late_eating": Template(
        "Du isst oft spät",
        "An {late} von {days_dative} war deine letzte Mahlzeit nach {hour}. In der Hälfte der Fälle war "
        "sie nach "
        "{usual}.",
        "Grundlage: die vollständigen Essensprotokolle der letzten {period}.",
        "Was spät ist, ist von Mensch zu Mensch verschieden.",
        "Versuch an ein paar Abenden, eine Stunde früher fertig zu essen, und schau, wie du schläfst.",
    ),
    "irregular_sleep": Template(
        "Deine Nächte sind sehr unterschiedlich lang",
        "In 8 von 10 Nächten hast du {range} geschlafen. Das ist eine Spanne von {spread_dative}.",
        "Grundlage: {nights} aus den letzten {period_dative}.",
        "Gezählt wird die Schlafdauer, nicht, wann du ins Bett gegangen bist.",
        "Immer zur gleichen Zeit aufzustehen ist der einfachste erste Schritt zu gleichmäßigeren Nächten.",
    ),
    "short_sleep": Template(
        "Vielleicht schläfst du zu wenig",
        "Dein Gerät zählte {average} Schlaf pro Nacht. Für die meisten Erwachsenen werden mindestens "
        "{advised} "
        "empfohlen.",
        "Grundlage: {nights} aus den letzten {period_dative}.",
        "Manche Menschen brauchen weniger, und Geräten entgeht manchmal Schlaf.",
        "Mach eine Woche lang 20 Minuten früher das Licht aus.",
    ),
    "little_fiber": Template(
        "Laut Protokoll isst du weniger Ballaststoffe als empfohlen",
        "Im Schnitt waren es {average} Ballaststoffe am Tag. Für Erwachsene werden etwa {advised} am Tag "
        "empfohlen.",
        "Grundlage: {days} mit vollständigem Essensprotokoll aus den letzten {period_dative}.",
        "Essen, das ohne Ballaststoffe eingetragen wurde, zählt nicht mit.",
        "Eine Portion Bohnen, Haferflocken, Obst oder Vollkorn am Tag ist ein leichter Anfang. Steigere dich "
        "langsam.",
    ),
    "few_steps": Template(
        "Etwas mehr Gehen könnte dir guttun",
        "Dein Gerät zählte {average} am Tag. Bei den meisten Erwachsenen gehen {advised} oder mehr mit "
        "besserer Gesundheit einher.",
        "Grundlage: {days} aus den letzten {period_dative}, an denen du das Gerät Tag und Nacht getragen "
        "hast.",
        "Was du auf Rädern oder im Wasser machst, zählt nicht mit.",
        "Zehn Minuten Gehen bringen etwa {walk}. Ein Spaziergang nach dem Essen ist ein leichter Anfang.",
    ),
    "same_training": Template(
        "Deine Trainingstage sind einander sehr ähnlich",
        "Du hast an {trained} der letzten {period} trainiert, insgesamt {minutes}, jeden Tag mit fast "
        "gleicher "
        "Last. Deine Monotonie liegt bei {score}; {limit} oder mehr gilt als viel.",
        "Grundlage: die Trainings der letzten {period}.",
        "Monotonie ist die mittlere Tageslast, geteilt durch ihre Streuung.",
        "Lass leichte Tage leichter sein und einen Tag ganz ohne Training.",
    ),
    # etwas zum Ausprobieren; der Befund dahinter steht dabei
    "try": Template(
        "Einen Versuch wert: {tip}",
        _AFTER + " Vielleicht tut dir das gut: {tip}.",
        SEEN, NOT_CAUSE, "{advice}",
    ),
    "try_more": Template("Einen Versuch wert: {tip}", _AFTER, SEEN, NOT_CAUSE, "{advice}"),
}  # fmt: skip

STATUSES = {
    "ok": "Was deine eigenen Daten heute sagen, das Nützlichste zuerst.",
    "nothing_reliable": (
        "Heute gibt es nichts Verlässliches zu sagen, und auch das ist eine gute Antwort. Deine Werte "
        "sind wie "
        "üblich, oder die Muster in deinen Daten sind noch nicht klar genug."
    ),
    "insufficient_data": "Es gibt noch zu wenige Daten. `needed` sagt, wie viele Tage wovon es braucht.",
}

LESS_FOOD = (
    r"kleinere portion|weniger (zucker|salz|fett|gesättigt|essen|kalorien)|leichteres abendessen|"
    r"frühere letzte mahlzeit|letzte mahlzeit eine\s+stunde früher|stunde früher fertig|auf "
    r"frühere\s+mahlzeiten|"
    r"\btausch|statt eines dazuzunehmen|mahlzeit am tag weniger|\blass .* weg\b|abnehmen"
)

GERMAN = Vocabulary(
    cldr="de",
    templates=TEMPLATES,
    names=NAMES,
    conditions=CONDITIONS,
    habits=HABITS,
    notes=NOTES,
    measures=MEASURES,
    ranks=RANKS,
    because="Steht hier, weil {reasons}.",
    statuses=STATUSES,
    less_food=LESS_FOOD,
    quoted="„{name}“",
    range="{lower} bis {upper}",
    hours="{hours} h",
    hours_minutes="{hours} h {minutes} min",
    clock="{hours}:{minutes} Uhr",
    halves=None,
)
