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
        | bitter beer | pint of bitter | brown ale | amber ale | hefeweizen | kristallweizen | weizenbier
        | weissbier | witbier | guinness | budweiser | bud light | coors light | coors | miller lite
        | corona extra | corona with lime | corona | heineken | stella artois | modelo | dos equis
        | pabst blue ribbon | michelob | yuengling | kirin | carling | fosters | carlsberg | tuborg | becks
        | warsteiner | veltins | bitburger | krombacher | holsten | staropramen | kozel | budvar | kolsch
        | altbier | alt beer | schwarzbier | kellerbier | zwickl | marzen | asahi | sapporo | singha
        | tsingtao | peroni | moretti | san miguel | mahou | estrella damm | cruzcampo | estrella galicia
        | kronenbourg | hoegaarden | erdinger | paulaner | augustiner | jever | tegernseer | rothaus
        | radeberger | hasseroder | weihenstephaner | schneider weisse | ayinger | flensburger | grolsch
        | hertog jan | amstel | brewdog | lagunitas | blue moon belgian | london pride | ichnusa | sagres
        | super bock | brahma | skol | tyskie | zywiec | zubr | zywca | tyskiego | lecha | vaasje | fluitje
        | snakebite | xxxx gold | brewski | efes | bavaria | cobra beer | stiegl | spaten | franziskaner
        | hacker pschorr | tennents | molson | labatt | sierra nevada | kilkenny | beamish | gosser | zipfer
        | ottakringer | feldschlosschen | nastro azzurro | jupiler | norrlands guld | doble de cerveza
        | mariestads | pripps bla | spendrups | ringnes | royal pilsner | harboe | mikkeller | warka | okocim
        | lomza | gambrinus | krusovice | soproni | menabrea | poretti | red stripe | bintang | quilmes
        | cusquena | tecate | narragansett | keystone light | natty light | busch light | coors banquet
        | rolling rock | sam adams | samuel adams | newcastle brown | old speckled hen | doom bar
        | camden hells | punk ipa | kronenbourg 1664 | grimbergen | affligem | la chouffe | pelforth
        | desperados | mythos beer | two hearted | dogfish head | all day ipa | founders all day | fat tire
        | goose island | shiner bock | voodoo ranger | beavertown | steinlager | tooheys | vb stubby
        | cobra lager | berliner kindl | sternburg | fuchschen | calanda brau | quollfrisch | alhambra reserva
        | skuumkoppe | jopen | melleruds | bomonti | allagash | deschutes | natural ice | natty ice
        | greene king | hobgoblin | madri | chang beer | coopers pale | little creatures | schofferhofer
        | benediktiner weissbier | konig pilsener | astra rotlicht | astra urtyp | reissdorf | maisels weisse
        | puntigamer | schwechater | moritz beer | voll damm | polar pilsen | club colombia | gulpener
        | itaipava | sofiero | grangesberg | tuborg gron | gron tuborg | harnas | kasztelan | ksiazece
        | debowe | perla chmielowa | lwowek | leinenkugel | sculpin | modelo negra | oettinger | licher
        | hofbrau | lowenbrau | wulle | ur krostitzer | moosehead | victoria bitter | birra | birre | biere
        | demi de biere | pinte | cerveza | cerveja | chopp | chope | cana de cerveza | bier | biertje
        | rosebier | feierabendbier | wegbier | ol | starkol | folkol | mellanol | fadol | guldol | julol
        | julebryg | stor stark | piwo | piwa | piwem | piwko | bira | biras | helles bier | helle bier
        | dunkles bier | colaweizen | bitburger pils | feierabendbierchen | bierchen | halbe bier | cervezas
        | demi de blonde | demi de brune | demi de blanche | neck oil | neipa | craft ale | real ale
        | cask ale | golden ale | red ale | irish red ale | cream ale | wheat beer | tetley smooth
        | boddingtons | john smiths | fullers esb | timothy taylor | adnams ghost ship | birra messina
        | beavertown gamma ray | tiger beer | leo beer | kingfisher beer | pacifico clara | negra modelo
        | modelo especial | victoria cerveza | estrella levante | ambar especial | turia martzenbier
        | bells two hearted | two hearted ale | stone ipa | ballast point | elysian space dust | space dust
        | natural light | bud ice | milwaukees best | hamms beer | old milwaukee | icehouse beer
        | steel reserve | olympia beer | great northern | carlton draught | xxxx beer | speights | tui beer
        | castle lager | windhoek lager | tusker lager | star lager | diebels | furstenberg pils
        | wernesgruner | freiberger pils | hachenburger | lubzer | gaffel | sion kolsch | uerige
        | schumacher alt | frankenheim | hovels | tegernsee | schlenkerla | rauchbier | gutmann weizen
        | unertl | wieninger | chiemseer | giesinger | tannenzapfle | ganter | hirsch bier | hirter
        | kaiser bier | calanda | fischer biere | meteor biere | saint omer | adelscott | goudale
        | ch ti blonde | jenlain | kwak | rochefort 10 | la trappe | gulden draak | palm bier | maes pils
        | brand pils | alfa bier | dommelsch | ij zatte | bokbier | lentebock | lindemans | kriek | gueuze
        | lambic | geuze | superbock | cristal cerveja | estrella portuguesa | imperial cerveja
        | fino de pressao | antarctica cerveja | bohemia cerveja | eisenbahn | forst birra | birra forst
        | castello birra | dreher | birra raffo | baladin | angelo poretti | messina birra | tennents super
        | nastro | ceres strong | falcon export | falcon bayersk | pripps | norrlands | zeunerts | eriksberg
        | lapin kulta | karhu | koff | carnegie porter | tt bryg | tuborg classic | royal classic
        | royal export | carls special | carls classic | albani odense | thy pilsner | jule ol | hof ol
        | skovlyst | lech premium | lech piwo | ciechan | amber piwo | zlaty bazant | pilsner urquell
        | bernard piwo | bosman | leszek | troy pilsner | gara guzu | marmara gold | becks gold | efes pilsen
        | tuborg gold | blue moon | founders porter | big wave | doble de mahou | alhambra verde
        | cristalli di sale | brand weizen | cristal mini | birasi | biralari | andechser hell
        | andechser weisse | benediktiner hell | benediktiner weisse | murauer bier | licher pils
        | kasztelan piwo | harnas piwo | piwo orval
    """,
    "strong_beer": """
        double ipa | triple ipa | imperial stout | belgian tripel | dubbel | quadrupel | barley wine
        | doppelbock | bockbier | bock beer | starkbier | duvel | delirium tremens | chimay | leffe
        | speciaalbier | picon biere | westmalle | karmeliet
        | chouffe | trappist beer | trappist ale | biere trappiste | kasteel bier | debowe mocne
        | st bernardus | tripel karmeliet | westvleteren | maredsous | la guillotine | salvator | celebrator
        | aventinus | eku 28 | voll damm doble malta | carolus | piraat | straffe hendrik | brugse zot
        | malheur | val dieu | russian imperial stout | 8 6 original
    """,
    "shandy": """
        shandy | lager shandy | radler | alsterwasser | panache | monaco biere | clara con limon
        | clara de cerveza | cerveza con limon | lattol
    """,
    "cider": """
        hard cider | pint of cider | can of cider | bottle of cider | dry cider | pear cider | irish cider
        | savanna cider | strongbow | magners | angry orchard | kopparberg | somersby | rekorderlig
        | thatchers | westons | aspall | inchs cider | stowford press | cidre | sidra | cydr | apfelwein
        | appelwoi | ebbelwoi | paroncider | perry | bulmers | cider brut | inchs | scrumpy | bulmers original
        | woodchuck | stella cidre | briska | herrljunga cider | cider torr | torr cider | sidra natural
        | sidra el gaitero | dobry cydr | cydr lubelski | possmann | bembel | loic raison | cidre brut
        | cidre doux | old mout cider
    """,
    "cooler": """
        hard seltzer | white claw | truly hard | high noon | hard kombucha | hard lemonade | mikes hard
        | hard iced tea | hard tea | twisted tea | smirnoff ice | breezer | wine cooler | truly wild berry
        | truly seltzer | vizzy | bud light seltzer | topo chico hard | alcopop | hard soda | ranch water
        | truly wild | truly berry | truly lime | truly mango | truly strawberry | kombucha hard | nutrl
        | cutwater | four loko | whiteclaw | wkd | hooch lemon | bacardi breezer | xide | mokai | salitos ice
        | mixery | vizzy seltzer
    """,
    "wine": """
        wine | red wine | white wine | rose wine | glass of red | glass of white | glass of rose | house red
        | house white | merlot | cabernet sauvignon | cabernet | cab sauv | pinot noir | pinot grigio
        | pinot gris | pinot blanc | sauvignon blanc | chardonnay | riesling | oyster bay | cloudy bay
        | casillero del diablo | 19 crimes | apothic red | meiomi | jumilla | douro tinto | kavaklidere
        | gewurztraminer | malbec | shiraz | syrah | zinfandel | tempranillo | rioja | chianti | barolo
        | bordeaux | burgundy wine | beaujolais | cotes du rhone | sancerre | chablis | moscato | albarino
        | verdejo | gruner veltliner | ice wine | dessert wine | plum wine | grenache | nebbiolo | barbera
        | brunello | sangiovese | valpolicella | amarone | montepulciano | nero d avola | primitivo
        | vermentino | soave | frascati | muscadet | sauternes | saint emilion | chateauneuf du pape
        | bourgogne | vin rouge | vin blanc | vin rose | vin | vino | vino tinto | vino blanco | vino rosado
        | vino rosso | vino bianco | tinto | copa de vino | chato de vino | ribera del duero | vinho
        | vinho verde | taca de vinho | spatburgunder | grauburgunder | weissburgunder | dornfelder
        | trollinger | lemberger | silvaner | muller thurgau | zweigelt | viertel rotwein | wein | rotwein
        | weisswein | rosewein | wijn | wijntje | rode wijn | witte wijn | rodvin | hvidvin | vitvin | rosevin
        | vitt vin | rott vin | verre de rouge | verre de blanc | verre de rose | verres de rouge
        | verres de blanc | ballon de rouge | ballon de blanc | copa de tinto | copa de blanco
        | copas de tinto | copas de blanco | bicchiere di rosso | bicchiere di bianco | bicchieri di rosso
        | bicchieri di bianco | calice di rosso | calice di bianco | glas rood | glas wit | glas rott
        | glas vitt | glas rot | glas weiss | beerenauslese | spatlese | auslese | wino | wina | winem
        | czerwone wino | biale wino | sarap | mead | met | miod pitny | federweisser | retsina | chenin blanc
        | chenin | cabernet franc | gamay | pouilly fume | pouilly fuisse | vouvray | cotes de provence
        | crozes hermitage | gigondas | pomerol | pauillac | medoc | priorat | godello | garnacha | monastrell
        | alvarinho | aglianico | falanghina | lugana | gavi di gavi | dolcetto | bardolino | ripasso
        | blaufrankisch | welschriesling | scheurebe | torrontes | okuzgozu | bogazkere | carmenere
        | mourvedre | viognier | semillon | pinotage | hock wine | calimocho | kalimotxo | kir | blauburgunder
        | portugieser wein | vins | whispering angel | red blend | white blend | sauv blanc | sauvignon
        | villa maria | kim crawford | yellow tail | barefoot pink | barefoot wine | apothic | kendall jackson
        | decoy cab | caymus | robert mondavi | woodbridge | sutter home | franzia | jacobs creek | penfolds
        | wolf blass | mcguigan | blossom hill | echo falls | trivento | concha y toro | santa rita
        | campo viejo | marques de caceres | marques de riscal | ramon bilbao | protos | mateus rose | mateus
        | gallo family | turning leaf | miraval | minuty | domaine tempier | chateau margaux
        | cotes du ventoux | ventoux | corbieres | minervois | fitou | cahors | madiran | jurancon | gaillac
        | saumur champigny | bourgueil | anjou rouge | macon villages | pommard | meursault
        | gevrey chambertin | nuits saint georges | brouilly | julienas | cornas | cote rotie | condrieu
        | vacqueyras | rasteau | lirac | tavel | pessac leognan | entre deux mers | edelzwicker | sylvaner
        | pinot | riesling trocken | halbtrocken | feinherb | rotling | kerner | schwarzriesling | regent wein
        | cuvee rot | st laurent | sankt laurent | blauer portugieser | rotgipfler | neuburger wein
        | sturm wein | heuriger | fendant | chasselas | merlot ticino | valdepenas | bierzo mencia | mencia
        | reserva rioja | penedes | somontano | txakoli | malvasia | verdicchio | fiano | greco di tufo
        | trebbiano | orvieto | est est est | morellino | bolgheri | super tuscan | rosso di montalcino
        | nobile di montepulciano | barbaresco | roero arneis | arneis | gattinara | lagrein | schiava
        | teroldego | traminer | ribolla gialla | friulano | cannonau | carignano | negroamaro
        | salice salentino | nerello mascalese | etna rosso | ciro rosso | taurasi | susumaniello
        | touriga nacional | dao tinto | alentejo tinto | alentejano | bairrada | casal garcia | periquita
        | gazela | monte velho | esporao | planalto branco | rodvinsglas | yakut | villa doluca | doluca
        | angora sarap | kalecik karasi | narince | emir sarap | sultaniye | calkarasi | oremus | tokaji
        | tokaj | egri bikaver | kadarka | carlo rossi | kagor | mavrud | saperavi | assyrtiko | agiorgitiko
        | xinomavro | savatiano | vin gris | vin jaune | rouge maison | vino della casa | vino de la casa
        | vin de pays | pichet de rouge | pichet de rose | pichet de blanc | bota box | weissherbst
        | bag in box | sarabi | muscat de beaumes de venise | bandol rouge | bandol rose | rioja crianza
        | rioja gran reserva | hardys shiraz | faustino tinto
    """,
    "sparkling": """
        prosecco | champagne | champagne toast | cava | sparkling wine | cremant | sekt | spumante
        | franciacorta | lambrusco | espumante | vin mousseux | mousserande vin | bubbel | szampan | moet
        | veuve clicquot | dom perignon | bollinger | freixenet | henkell trocken | mionetto
        | furst metternich | mumm sekt | ruinart | taittinger | pommery | rotkappchen | pet nat
        | cap classique | wino musujace | sampanya | mimosa | bellini | kir royale | bucks fizz | bubbly
        | asti | espumoso | champan | champagner | rotkappchen sekt | rotkappchen halbtrocken
        | rotkappchen trocken | rotkappchen mild | geldermann | schlumberger | deinhard | soehnlein
        | faber sekt | piccolo sekt | laurent perrier | perrier jouet | nicolas feuillatte | krug champagne
        | canard duchene | lanson brut | blanquette de limoux | clairette de die | cerdon | vin petillant
        | codorniu | anna de codorniu | segura viudas | corpinnat | ca del bosco | bellavista | ferrari brut
        | berlucchi | brachetto | moscato d asti | valdobbiadene | cartizze | trento doc | la marca | korbel
        | cooks brut | andre brut | chandon | schramsberg | english sparkling | nyetimber | chapel down brut
        | dorato wino | cin cin wino | sowietskoje | igristoje | raposeira | murganheira
    """,
    "mulled": """
        mulled wine | gluhwein | vin chaud | vin brule | glogg | grzaniec | grzane wino | quentao
        | starkvinsglogg | feuerzangenbowle
        | blossa | gluhmost | grzane piwo | vino caliente | gluhbier | bisschopswijn
    """,
    "spritzer": """
        wine spritzer | white wine spritzer | spritzer | weinschorle | weissweinschorle | gespritzter
        | gspritzter | tinto de verano | rebujito | sangria | aperol spritz | hugo spritz
        | spritz aperol | spritz campari | campari spritz | lillet wild berry | hugo cocktail
        | limoncello spritz
        | spritz select | select spritz | st germain spritz | lillet tonic | gespritzt | gespritzte
        | g spritzter | sommerspritzer | kaiserspritzer | spruzz | sprizz | spritz cynar | spritz bianco
        | clericot | sangria blanca
    """,
    "fortified": """
        port wine | tawny port | ruby port | vintage port | sherry | marsala wine | madeira wine
        | vermouth | vermut | vermu | martini blanc | martini rosso | jerez | fino jerez
        | muscat de rivesaltes | vin doux naturel | vin santo | passito | moscatel | vinho do porto
        | portvin | portwein | lillet | punsch arrak | arrakspunsch | dubonnet | manzanilla sanlucar
        | fino de jerez | oloroso | amontillado | palo cortado | pedro ximenez | manzanilla de sanlucar
        | cream sherry | harveys bristol | tio pepe | taylors port | grahams port | sandeman | banyuls
        | pineau des charentes | pineau | rivesaltes | maury | floc de gascogne | cinzano
        | martini extra dry | noilly prat | carpano | punt e mes | antica formula | yzaguirre | buckfast
        | commandaria | mavrodaphne | vino santo | marsala secco | cynar spritz | porto tonico | porto tawny
        | porto ruby | moscatel de setubal
        | port and cheese | port rood | rode port | port wijn
    """,
    "rice_wine": """
        rice wine | japanese sake | soju | makgeolli | hot sake | sake hot | sake cup | nigori
        | junmai | daiginjo | ginjo | umeshu | huangjiu | shaoxing cup | jinro | chamisul
    """,
    "spirit": """
        vodka | gin | rum | spiced rum | whiskey | whisky | scotch | bourbon | single malt | rye whiskey
        | tequila | mezcal | cognac | brandy | armagnac | calvados | grappa | schnapps | schnaps | obstler
        | kirschwasser | doppelkorn | wodka | wodki | wodke | wodka z | votka | viski | konyak | kanyak
        | koniak | weinbrand | rhum | ron | cachaca | ouzo | raki | arak | absinthe | absinth | pastis
        | ricard | baijiu | jenever | genever | akvavit | aquavit | aguardente | aguardiente | orujo | ginebra
        | pisco | eau de vie | nubbe | brannvin | sliwowica | slivovitz | rhum arrange | zwetschgenwasser
        | steinhager | marillenschnaps | williams birne | talisker | lagavulin | ardbeg | bowmore | bulleit
        | wild turkey | woodford reserve | buffalo trace | four roses | crown royal | famous grouse
        | chivas regal | chivas | ballantines | dewars | tullamore dew | bushmills | ketel one | stolichnaya
        | beefeater | monkey 47 | havana club | diplomatico rum | don julio | casamigos | courvoisier
        | martell | metaxa | patron silver | op anderson | ketel 1 | linie aquavit | kleiner feigling
        | berentzen | yeni raki | tekirdag raki | sailor jerry | kraken and coke | canadian club | espolon
        | stroh 80 | bokma | puschkin | gorbatschow | ron barcelo | brugal | velho barreiro | altinbas raki
        | tsipouro | rakija | palinka | zoladkowa | soplica | wyborowa | asbach | zubrowka | grog | absolut
        | grey goose | titos | hendricks | tanqueray | bombay sapphire | gordons gin | bacardi
        | captain morgan | jack daniels | jim beam | jameson | johnnie walker | glenfiddich | glenlivet
        | macallan | makers mark | hennessy | remy martin | smirnoff | jose cuervo | patron tequila
        | caffe corretto | medronho | poitin | wodka energy | chicha de jora | pulque | highland park
        | laphroaig | borrel jenever | patron shot | patron anejo | patron reposado | blanco tequila
        | herradura | cazadores | clase azul | 1800 silver | el jimador | sauza | del maguey | ilegal | ciroc
        | finlandia | skyy | svedka | new amsterdam vodka | deep eddy | stoli | russian standard | moskovskaya
        | beluga vodka | eristoff | luksusowa | finlandii | pan tadeusz | krupnik wodka | sobieski
        | chopin wodka | belweder | bimber | starka | spirytus | cytrynowka | pigwowka | jarzebiak
        | zoladkowa gorzka | gordons | gordons pink | roku | malfy | larios | puerto de indias | nordes
        | gin mare | seagrams | plymouth gin | sipsmith | aviation gin | whitley neill | kraken | mount gay
        | appleton estate | plantation rum | zacapa | flor de cana | barcelo | santa teresa | negrita rhum
        | saint james rhum | clement rhum | havana 7 | pott rum | pampero | diplomatico | cacique
        | evan williams | knob creek | basil hayden | old forester | elijah craig | seagrams 7 | hibiki
        | nikka | yamazaki | aberlour | balvenie | dalmore | glenmorangie | cardhu | monkey shoulder
        | cutty sark | teachers | white horse | grants whisky | william lawsons | label 5 | clan campbell
        | redbreast | powers whiskey | paddy whiskey | proper twelve | dyc | veterano | soberano | carlos i
        | torres 10 | lepanto | cardenal mendoza | vecchia romagna | mariacron | chantre | wilthener
        | williamsbirne | williams christ | mirabelle schnaps | himbeergeist | haselnussschnaps
        | haselnussschnapps | enzian schnaps | nordhauser | korn schnaps | fernsehkorn | strothmann
        | malteserkreuz | o p anderson | aalborg | skane akvavit | hallands flader | rod aalborg
        | jubilaeums akvavit | renat | explorer vodka | koskenkorva | absolut vodka | jonge klare | oude klare
        | hooghoudt | beerenburger | marc de bourgogne | mirabelle eau de vie | poire williams | bas armagnac
        | pere magloire | pastis 51 | pernod | henri bardouin | casanis | arehucas | anis del mono | cazalla
        | orujo blanco | aguardiente antioqueno | cachaca 51 | pitu | ypioca | macieira | bagaco | bagaceira
        | nardini | grappino | barricata | beylerbeyi | efe raki | altinbas | tek raki | duble raki
        | duble viski | tek viski | zivania | tsikoudia | plomari | boukha | slivovica | tuica | rakia
        | becherovka | rakisi | votkasi | viskisi | belvedere vodka | grappa nonino
    """,
    "liqueur": """
        liqueur | jagermeister | baileys | kahlua | amaretto | disaronno | limoncello | sambuca | cointreau
        | grand marnier | chartreuse | fireball | peach schnapps | advocaat | likor | liqor | likier
        | liqueur de | krauterlikor | eierlikor | licor | licor beirao | ginjinha | ginja | pacharan | nalewka
        | wisniowka | amaro montenegro | amaro lucano | amaro averna | amaro del capo | mirto | nocino
        | fernet | averna | ramazzotti | montenegro amaro | cynar | campari | aperol | suze | malibu | get 27
        | underberg | gammel dansk | berenburg | sloe gin | jello shot | midori | drambuie | frangelico
        | benedictine | krupnik | irish cream | killepitsch | strega | marie brizard | appenzeller alpenbitter
        | zwack unicum | unicum | southern comfort | kruidenbitter | tia maria | galliano | st germain
        | berliner luft | pfeffi | kleiner feigling | kummerling | jagermeisters | mumm kummel
        | batida de coco | licor 43 | cuarenta y tres | ponche caballero | hierbas ibicencas
        | licor de hierbas | licor cafe | crema de orujo | patxaran | ruavieja | frangelica | borghetti
        | genepy | genepi | vov | bombardino | limoncino | crema di limone | mirto sardo | liquore
        | amaro jefferson | vecchio amaro | lucano amaro | unicum zwack | fisk shot | fisherman shot
        | ga jol shot | turkis shot | amarguinha | ginja de obidos | amendoa amarga | beirao | adwokat
        | ajerkoniak | likor 43 | chambord | creme de cassis | creme de menthe | guignolet | izarra | get 31
        | mandarine napoleon | pisang ambon | passoa | beerenburg | bessenjenever | schrobbeler | likeur
        | jagerm | amarula | godiva liqueur | rumchata | screwball | goldschlager | rumple minze | jello shots
        | buttery nipple | lemon drop shot | kamikaze shot | b52 shot | b 52 | mexikaner shot
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
        | espresso martini | gin basil smash | basil smash | bees knees | aviation drink | paper plane
        | naked and famous | new york sour | vieux carre | ramos fizz | gin sour | sbagliato
        | garibaldi cocktail | hugo aperitif | swimming pool cocktail | tequila sour | whiskey smash
        | blue lagoon cocktail | blue hawaiian | mudslide cocktail | grasshopper cocktail
        | amaretto disaronno sour | porn star martini | frose | wine slush | irish kaffee | pharisaer
        | ruedesheimer kaffee | lumumba | tote tante | batida de limao | caipirosca | caipirovska | poncha
        | spicy marg | frozen marg | skinny marg
    """,
    "long_drink": """
        gin tonic | gin and tonic | gt | g and t | captain and coke | captain and diet
        | rum and coke zero | jack and diet | gintonic | cin tonik | rum and coke | rum coke
        | vodka soda | vodka cranberry | vodka tonic | jack and coke | moscow mule | kentucky mule
        | dark n stormy | dark and stormy | pimms | pimms cup | long island iced tea
        | long island ice tea | long island | cuba libre | cubalibre | cubata | whisky highball
        | campari soda | gin fizz | gin rickey | jagerbomb | jager bomb | michelada | chelada
        | fernet con coca | whisky coca | wodka o
        | dark and stormies | paloma tequila | john collins | vodka lemonade | vodka lime soda | vodka coke
        | vodka redbull | vodka red bull | vodka bull | vodka orange | vodka o | vodka lemon | gin lemonade
        | gin lemon | gin limon | gin hass | gin greip | gin og tonic | gin och tonic | gt drink
        | rom og cola | rom och cola | whisky cola | whiskey cola | whisky coke | jacky cola | jacky coke
        | asbach cola | bacardi cola | bacardi coke | malibu cola | malibu pineapple | malibu ananas
        | korn cola | fanta korn | captain cola | ron cola | ron con cola | roncola | ron coca cola
        | whisky con cola | vodka con limon | vodka limon | ginebra con tonica | larios cola | cacique cola
        | gin tonica | portonic | vodka schweppes | wodka z sokiem | wodka z cola | whisky z cola
        | rum z cola | drink z wodka | drink z ginem | drink z rumem | screwdriver vodka | harvey wallbanger
        | long island te | lynchburg lemonade | horses neck | seven and seven | 7 and 7 | crown and coke
        | crown and ginger | titos and soda | tequila soda | tequila and soda | whiskey ginger
        | whiskey and ginger | jack and ginger | votka enerji | votka visne | votka portakal
        | baco
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
