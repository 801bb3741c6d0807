"""What has alcohol in it: the words for each kind, in eleven languages, and how much one of it holds.

Words are folded as `text.fold` leaves them. Servings and strengths are the usual ones of the trade; where a
name states its own size or strength, that is taken. `generic` is one standard drink, 10 g of ethanol.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    serving_ml: float
    strength_pct: float
    """Ethanol by volume."""
    one_up_to_ml: float
    """What is still one drink; more is counted in servings."""
    bottle_ml: float


KINDS: dict[str, Kind] = {
    "generic": Kind(12.67, 100.0, 12.67, 12.67),
    "beer": Kind(330, 5.0, 600, 330),
    "strong_beer": Kind(330, 8.0, 600, 330),
    "shandy": Kind(330, 2.5, 600, 330),
    "cider": Kind(330, 4.7, 600, 330),
    "cooler": Kind(330, 5.0, 600, 330),
    "wine": Kind(150, 12.5, 260, 750),
    "sparkling": Kind(125, 12.0, 260, 750),
    "mulled": Kind(200, 9.0, 300, 750),
    "spritzer": Kind(200, 7.0, 400, 750),
    "fortified": Kind(75, 18.0, 150, 750),
    "rice_wine": Kind(120, 15.0, 200, 360),
    "spirit": Kind(40, 40.0, 70, 700),
    "liqueur": Kind(40, 22.0, 80, 700),
    "cocktail": Kind(120, 12.5, 400, 330),
    "long_drink": Kind(250, 7.0, 500, 330),
}

NAMES: dict[str, str] = {
    "generic": """
        alcohol | alcoholic drink | alcoholic beverage | alcoholic | alkohol | alcool | alcol | alkol
        | booze | mixed drink | nightcap
    """,
    "beer": """
        beer | lager | ale | pale ale | ipa | pilsner | pilsener | pils | pilsje | stout | porter beer
        | bitter beer | pint of bitter | brown ale | amber ale | hefeweizen | kristallweizen
        | weizenbier | weissbier | witbier | guinness | budweiser | bud light | coors light | coors
        | miller lite | corona extra | corona with lime | corona | heineken | stella artois | modelo
        | dos equis | pabst blue ribbon | michelob | yuengling | kirin | carling | fosters | carlsberg
        | tuborg | becks | warsteiner | veltins | bitburger | krombacher | holsten | staropramen | kozel
        | budvar | kolsch | altbier | alt beer | schwarzbier | kellerbier | zwickl | marzen | asahi
        | sapporo | singha | tsingtao | peroni | moretti | san miguel | mahou | estrella damm
        | cruzcampo | estrella galicia | kronenbourg | hoegaarden | erdinger | paulaner | augustiner
        | jever | tegernseer | rothaus | radeberger | hasseroder | weihenstephaner | schneider weisse
        | ayinger | flensburger | grolsch | hertog jan | amstel | brewdog | lagunitas | blue moon belgian
        | london pride | ichnusa | sagres | super bock | brahma | skol | tyskie | zywiec | zubr | zywca
        | tyskiego | lecha | vaasje | fluitje | snakebite | xxxx gold | brewski | efes | bavaria
        | cobra beer | stiegl | spaten | franziskaner | hacker pschorr | tennents | molson | labatt
        | sierra nevada | kilkenny | beamish | gosser | zipfer | ottakringer | feldschlosschen
        | nastro azzurro | jupiler | norrlands guld | doble de cerveza | mariestads | pripps bla
        | spendrups | ringnes | royal pilsner | harboe | mikkeller | warka | okocim | lomza | gambrinus
        | krusovice | soproni | menabrea | poretti | red stripe | bintang | quilmes | cusquena | tecate
        | narragansett | keystone light | natty light | busch light | coors banquet | rolling rock
        | sam adams | samuel adams | newcastle brown | old speckled hen | doom bar | camden hells
        | punk ipa | kronenbourg 1664 | grimbergen | affligem | la chouffe | pelforth | desperados
        | mythos beer
        | two hearted | dogfish head | all day ipa | founders all day | fat tire | goose island
        | shiner bock | voodoo ranger | beavertown | steinlager | tooheys | vb stubby | cobra lager
        | berliner kindl | sternburg | fuchschen | calanda brau | quollfrisch | alhambra reserva
        | skuumkoppe | jopen | melleruds | bomonti | allagash | deschutes | natural ice | natty ice
        | busch light | greene king | hobgoblin | madri | chang beer | coopers pale | little creatures
        | schofferhofer | benediktiner weissbier | konig pilsener | astra rotlicht | astra urtyp
        | reissdorf | maisels weisse | puntigamer | schwechater | moritz beer | voll damm | polar pilsen
        | club colombia | gulpener | itaipava | sofiero | grangesberg | tuborg gron | gron tuborg
        | harnas | kasztelan | ksiazece | debowe | perla chmielowa | lwowek | leinenkugel | sculpin
        | modelo negra | oettinger | licher | hofbrau | lowenbrau | wulle | ur krostitzer
        | moosehead | victoria bitter | birra | birre | biere | demi de biere | pinte | cerveza
        | cerveja | chopp | chope | cana de cerveza | bier | biertje | rosebier | feierabendbier
        | wegbier | ol | starkol | folkol | mellanol | fadol | guldol | julol | julebryg | stor stark
        | piwo | piwa | piwem | piwko | bira | biras | helles bier | helle bier | dunkles bier
        | colaweizen | bitburger pils | feierabendbierchen | bierchen | halbe bier | cervezas
    """,
    "strong_beer": """
        double ipa | triple ipa | imperial stout | belgian tripel | dubbel | quadrupel | barley wine
        | doppelbock | bockbier | bock beer | starkbier | duvel | delirium tremens | chimay | leffe
        | speciaalbier | picon biere | westmalle | karmeliet
    """,
    "shandy": """
        shandy | lager shandy | radler | alsterwasser | panache | monaco biere | clara con limon
        | clara de cerveza | cerveza con limon | lattol
    """,
    "cider": """
        hard cider | pint of cider | can of cider | bottle of cider | dry cider | pear cider
        | irish cider | savanna cider | strongbow | magners | angry orchard | kopparberg | somersby
        | rekorderlig | thatchers | westons | aspall | inchs cider | stowford press
        | cidre | sidra | cydr | apfelwein | appelwoi | ebbelwoi | paroncider | perry | bulmers
        | cider brut
    """,
    "cooler": """
        hard seltzer | white claw | truly hard | high noon | hard kombucha | hard lemonade
        | mikes hard | hard iced tea | hard tea | twisted tea | smirnoff ice | breezer | wine cooler
        | truly wild berry | truly seltzer | vizzy | bud light seltzer | topo chico hard
        | alcopop | hard soda | ranch water
    """,
    "wine": """
        wine | red wine | white wine | rose wine | glass of red | glass of white | glass of rose
        | house red | house white | merlot | cabernet sauvignon | cabernet | cab sauv | pinot noir
        | pinot grigio | pinot gris | pinot blanc | sauvignon blanc | chardonnay | riesling
        | oyster bay | cloudy bay | casillero del diablo | 19 crimes | apothic red | meiomi | jumilla
        | douro tinto | kavaklidere
        | gewurztraminer | malbec | shiraz | syrah | zinfandel | tempranillo | rioja | chianti | barolo
        | bordeaux | burgundy wine | beaujolais | cotes du rhone | sancerre | chablis | moscato
        | albarino | verdejo | gruner veltliner | ice wine | dessert wine | plum wine | grenache
        | nebbiolo | barbera | brunello | sangiovese | valpolicella | amarone | montepulciano
        | nero d avola | primitivo | vermentino | soave | frascati | muscadet | sauternes
        | saint emilion | chateauneuf du pape | bourgogne | vin rouge | vin blanc | vin rose | vin
        | vino | vino tinto | vino blanco | vino rosado | vino rosso | vino bianco | tinto
        | copa de vino | chato de vino | ribera del duero | vinho | vinho verde | taca de vinho
        | spatburgunder | grauburgunder | weissburgunder | dornfelder | trollinger | lemberger
        | silvaner | muller thurgau | zweigelt | viertel rotwein | wein | rotwein | weisswein | rosewein
        | wijn | wijntje | rode wijn | witte wijn | rodvin | hvidvin | vitvin | rosevin | vitt vin
        | rott vin | verre de rouge | verre de blanc | verre de rose | verres de rouge | verres de blanc
        | ballon de rouge | ballon de blanc | copa de tinto | copa de blanco | copas de tinto
        | copas de blanco | bicchiere di rosso | bicchiere di bianco | bicchieri di rosso
        | bicchieri di bianco | calice di rosso | calice di bianco | glas rood | glas wit | glas rott
        | glas vitt | glas rot | glas weiss | beerenauslese | spatlese | auslese | wino | wina | winem
        | czerwone wino | biale wino | sarap | mead | met | miod pitny | federweisser | retsina
        | chenin blanc | chenin | cabernet franc | gamay | pouilly fume | pouilly fuisse | vouvray
        | cotes de provence | crozes hermitage | gigondas | pomerol | pauillac | medoc | priorat | godello
        | garnacha | monastrell | alvarinho | aglianico | falanghina | lugana | gavi di gavi | dolcetto
        | bardolino | ripasso | blaufrankisch | welschriesling | scheurebe | torrontes | okuzgozu
        | bogazkere
        | carmenere | mourvedre | viognier | semillon | pinotage | hock wine | calimocho | kalimotxo
        | kir | blauburgunder | portugieser wein | vins
    """,
    "sparkling": """
        prosecco | champagne | champagne toast | cava | sparkling wine | cremant | sekt | spumante
        | franciacorta | lambrusco | espumante | vin mousseux | mousserande vin | bubbel | szampan
        | moet | veuve clicquot | dom perignon | bollinger | freixenet | henkell trocken | mionetto
        | furst metternich | mumm sekt | ruinart | taittinger | pommery | rotkappchen
        | pet nat | cap classique
        | wino musujace | sampanya | mimosa | bellini | kir royale | bucks fizz | bubbly | asti
        | espumoso | champan | champagner
    """,
    "mulled": """
        mulled wine | gluhwein | vin chaud | vin brule | glogg | grzaniec | grzane wino | quentao
        | starkvinsglogg | feuerzangenbowle
    """,
    "spritzer": """
        wine spritzer | white wine spritzer | spritzer | weinschorle | weissweinschorle | gespritzter
        | gspritzter | tinto de verano | rebujito | sangria | aperol spritz | hugo spritz
        | spritz aperol | spritz campari | campari spritz | lillet wild berry | hugo cocktail
        | limoncello spritz
    """,
    "fortified": """
        port wine | tawny port | ruby port | vintage port | sherry | marsala wine | madeira wine
        | vermouth | vermut | vermu | martini blanc | martini rosso | jerez | fino jerez
        | muscat de rivesaltes | vin doux naturel | vin santo | passito | moscatel | vinho do porto
        | portvin | portwein | lillet | punsch arrak | arrakspunsch | dubonnet | manzanilla sanlucar
    """,
    "rice_wine": "rice wine | japanese sake | soju | makgeolli | hot sake | sake hot | sake cup | nigori",
    "spirit": """
        vodka | gin | rum | spiced rum | whiskey | whisky | scotch | bourbon | single malt
        | rye whiskey | tequila | mezcal | cognac | brandy | armagnac | calvados | grappa | schnapps
        | schnaps | obstler | kirschwasser | doppelkorn | wodka | wodki | wodke | wodka z | votka
        | viski | konyak | kanyak | koniak | weinbrand | rhum | ron | cachaca | ouzo | raki | arak
        | absinthe | absinth | pastis | ricard | baijiu | jenever | genever | akvavit | aquavit
        | aguardente | aguardiente | orujo | ginebra | pisco | eau de vie | nubbe | brannvin | sliwowica
        | slivovitz | rhum arrange | zwetschgenwasser | steinhager | marillenschnaps | williams birne
        | talisker | lagavulin | ardbeg | bowmore | bulleit | wild turkey | woodford reserve
        | buffalo trace | four roses | crown royal | famous grouse | chivas regal | chivas | ballantines
        | dewars | tullamore dew | bushmills | ketel one | stolichnaya | beefeater | monkey 47
        | havana club | diplomatico rum | don julio | casamigos | courvoisier | martell | metaxa
        | patron silver | op anderson | ketel 1 | linie aquavit | kleiner feigling | berentzen
        | yeni raki | tekirdag raki | sailor jerry | kraken and coke | canadian club | espolon
        | stroh 80 | bokma | puschkin | gorbatschow | ron barcelo | brugal | velho barreiro | altinbas raki
        | tsipouro | rakija | palinka | zoladkowa | soplica | wyborowa
        | asbach | zubrowka | grog | absolut | grey goose | titos | hendricks | tanqueray
        | bombay sapphire | gordons gin | bacardi | captain morgan | jack daniels | jim beam | jameson
        | johnnie walker | glenfiddich | glenlivet | macallan | makers mark | hennessy | remy martin
        | smirnoff | jose cuervo | patron tequila | caffe corretto | medronho | poitin | wodka energy
        | chicha de jora | pulque | highland park | laphroaig | borrel jenever
    """,
    "liqueur": """
        liqueur | jagermeister | baileys | kahlua | amaretto | disaronno | limoncello | sambuca
        | cointreau | grand marnier | chartreuse | fireball | peach schnapps | advocaat | likor | liqor
        | likier | liqueur de | krauterlikor | eierlikor | licor | licor beirao | ginjinha | ginja
        | pacharan | nalewka | wisniowka | amaro montenegro | amaro lucano | amaro averna
        | amaro del capo | mirto | nocino | fernet | averna | ramazzotti | montenegro amaro | cynar
        | campari | aperol | suze | malibu | get 27 | underberg | gammel dansk | berenburg | sloe gin
        | jello shot | midori | drambuie | frangelico | benedictine | krupnik | irish cream
        | killepitsch | strega | marie brizard | appenzeller alpenbitter | zwack unicum | unicum
        | southern comfort | kruidenbitter | tia maria | galliano | st germain
    """,
    "cocktail": """
        cocktail | margarita | mojito | daiquiri | pina colada | mai tai | zombie cocktail
        | cosmopolitan | cosmo | martini | negroni | bay breeze | sea breeze cocktail | boulevardier
        | bloody mary | bloody caesar | gimlet | french 75 | sidecar | sazerac | mint julep
        | white russian | black russian | sex on the beach | screwdriver cocktail | singapore sling
        | caipirinha | caipiroska | caipi | pisco sour | amaretto sour | whiskey sour | whisky sour
        | old fashioned | old fashioned cocktail | hot toddy | irish coffee | tequila sunrise
        | black velvet cocktail | rum punch | planters punch | planteur | ti punch | batida
        | spiked eggnog | spiked punch | spiked hot chocolate | spiked lemonade | spiked cider
        | spiked coffee | jungle bird | penicillin cocktail | carajillo | paloma cocktail
        | hurricane cocktail | cocktel | coctel | koktajl alkoholowy | cosmopolitans | manhattans
        | tom collins | bramble cocktail | pornstar | manhattan cocktail | last word cocktail
        | clover club | corpse reviver | aviation cocktail
    """,
    "long_drink": """
        gin tonic | gin and tonic | gt | g and t | captain and coke | captain and diet
        | rum and coke zero | jack and diet | gintonic | cin tonik | rum and coke | rum coke
        | vodka soda | vodka cranberry | vodka tonic | jack and coke | moscow mule | kentucky mule
        | dark n stormy | dark and stormy | pimms | pimms cup | long island iced tea
        | long island ice tea | long island | cuba libre | cubalibre | cubata | whisky highball
        | campari soda | gin fizz | gin rickey | jagerbomb | jager bomb | michelada | chelada
        | fernet con coca | whisky coca | wodka o
    """,
}  # fmt: skip

# drinks only where nothing else but how much is said: "Port" and "Port Royal burger"
ALONE: dict[str, str] = {
    "beer": """
        helles | demi | pression | cana | tercio | quinto | quinto estrella | imperial | weizen
        | dunkles | estrella | alhambra | pacifico | mythos | alster | seidl | krugerl | tripel
        | porter | gose | saison | fino de cerveja
        | blonde ale | bock | mass | bud | stella | vb | halbe | botellin | clara | helle | classic ale
        | pint
    """,
    "wine": "rose | rosado | rosato | burgundy | viertel | weisser spritzer | krater",
    "fortified": "port | porto | madeira | marsala | fino",
    "rice_wine": "sake",
    "cooler": "truly | vizzy",
    "spirit": "calva | korn | jager | snaps | shots | shot tequila",
    "liqueur": "amaro | anis | anisette",
}
EMOJI: dict[str, str] = {
    "🍺": "beer", "🍻": "beer", "🍷": "wine", "🥂": "prosecco", "🍾": "champagne", "🍸": "cocktail",
    "🍹": "cocktail", "🥃": "whisky", "🍶": "soju",
}  # fmt: skip
# ends of compound words of German, Dutch and the Nordic languages
COMPOUND_ENDS: dict[str, str] = {
    "bier": "beer", "wein": "wine", "wijn": "wine", "schnaps": "spirit", "likor": "liqueur",
    "sekt": "sparkling", "geist": "spirit", "vinet": "wine",
}  # fmt: skip
# may be a drink and may be none: nothing is claimed of the day
DOUBTFUL: dict[str, str] = {
    "beer": "hefe",
    "cider": "cider | apple cider | hot cider | sparkling cider | most | must",
    "cocktail": """
        punch | party punch | punsch | punch maison | bowle | eggnog | drink | drinks
        | drinks with friends | shot | tonic wine | highball | sour | mule | spritz | julep | bar tab
        | night out | wine or juice | beer or soda | manhattan | zombie | aperitif | apero | digestif
        | copa | chupito | aperitivo | digestivo | cicchetto | kurzer | absacker | cubalitros
        | manzanilla en copa | long drink | happy hour | bar drink | paloma | hugo
        | americano cocktail or coffee | borrel | drankje | trago | copas | cubalitro | after work
    """,
}
