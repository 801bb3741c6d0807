"""What has a drink's name and is none: without alcohol, a namesake, or food made with it. Eleven languages.

Words are folded as `text.fold` leaves them.
"""

# said of a drink, anywhere in its part of the name
WITHOUT_ALCOHOL = """
    non alcoholic | nonalcoholic | non alcohol | nonalcohol | no alcohol | alcohol free | alcoholfree
    | alcohol removed | without alcohol | zero alcohol | 0 alcohol | dealcoholized | dealcoholised
    | de alcoholized | de alcoholised | na beer | n a beer | n a ipa | mocktail | nojito
    | alkoholfrei | alkoholfreies | alkoholfreier | alkoholfreie | alkoholfreien | ohne alkohol
    | kein alkohol | entalkoholisiert | entalkoholisierter | entalkoholisierte | sans alcool
    | pas d alcool | desalcoolise | desalcoolisee | sin alcohol | desalcoholizado | desalcoholizada
    | analcolico | analcolica | analcolici | analcoliche | analcolisch | senza alcol | senza alcool
    | dealcolato | alcoholvrij | alcoholvrije | zonder alcohol | geen alcohol | sem alcool | zero alcool
    | desalcoolizado | alkoholfri | alkoholfritt | alkoholfria | utan alkohol | ingen alkohol
    | uden alkohol | bezalkoholowe | bezalkoholowy | bezalkoholowa | bez alkoholu | alkolsuz | alkol yok
    | alcohol 0 | virgin | sober | soft drink | zero proof | alcohol : 0 | alcohol : none | alcohol : no
    | alcohol no | alcohol none | alkohol : 0 | alkohol nein | alkohol : nein | alkohol : kein
    | free of alcohol | 0 proof | kids | children s | kinder | not alcoholic | never alcohol
    | alkoholiton | nealko | mocktails
"""
# "no beer", "kein Bier": before the word of a drink
NO = """
    0 | no | not | without | kein | keine | keinen | ohne | pas de | sans | sin | ningun | senza | niente
    | nessun | geen | zonder | sem | nenhum | nenhuma | ingen | inget | utan | uden | bez | zero
    | skipped | instead of
"""
# "cerveza sin", "Budweiser Zero", "Lech Free": after it
AFTER_NO = "sin | zero | cero | yok | na | free"
# what "zero" also belongs to: a vodka with cola zero is a drink
ZERO_OF = """
    gluten | glutine | azucar | acucar | zucker | zuccheri | sucre | socker | sukker | suiker | hielo
    | ghiaccio | lactosa | seker | cukru | coke | cola | sprite | pepsi | sugar | fanta | red bull
    | lemonade | tonic | 7up | up | calorie | carb | carbs | fat
"""

BRANDS_WITHOUT = """
    clausthaler | odouls | lucky saint | becks blue | nanny state | free damm | martini floreale
    | martini vibrante | crodino | sanbitter | seedlip | lyres | jever fun | vitamalz | karamalz
    | mahou sin | podpiwek | svagdricka | champomy | big drop | athletic brewing | corona cero
    | heineken zero | guinness zero | tourtel | buckler | kinderpunsch | kindersekt | robby bubble
    | hvidtol | amstel malt | paulaner spezi | carlsberg nordic | guarana antarctica
"""

NAMESAKES = """
    smaku piwa | smaku wina | smaku rumu | alho e vinho | vinho e alho | aglio e vino | vino e aglio
    | garlic and wine | wine and garlic
    | ail et vin blanc | vin blanc et ail | ajo y vino | vino y ajo
    | old fashioned oats | old fashioned oatmeal | old fashioned donut | old fashioned doughnut
    | old fashioned lemonade | old fashioned vanilla ice cream | old fashioned ice cream | root beer
    | root beer float | ginger beer | birch beer | butterbeer | butter beer | cream soda | malzbier
    | malt bier | malt drink | kinderbier | ginger ale | beer can chicken | alla vodka | rum raisin
    | rum and raisin | rum raisins | rum ham | rum balls | rum baba | baba au rhum | baba al rum
    | bourbon vanilla | bourbon vanille | vanille bourbon | scotch egg | scotch broth | scotch bonnet
    | scotch pancake | scotch fillet | coq au vin | chicken marsala | veal marsala | champagne mango
    | champagne grape | champagne ham | champagne vinegar | wine gum | wine gums | weingummi | winegum
    | fruit cocktail | juice cocktail | cranberry cocktail | seafood cocktail | shrimp cocktail
    | prawn cocktail | crab cocktail | vegetable juice cocktail | vegetable cocktail | cocktail sauce
    | cocktail sausage | cocktail onion | cocktail tomato | cocktail tomatoes | cocktail cherry
    | cocktail shrimp | cocktail stick | lobster cocktail | oyster cocktail | coctel de frutas
    | coctel de gambas | coctel de camarones | coctel de mariscos | cocktail de crevettes
    | cocktail de fruits | cocktail di gamberi | coquetel de camarao | karides kokteyl
    | pizza margherita | margherita pizza | margarita pizza | margarita flatbread | pizza margarita
    | ale pie | steak and ale | steak guinness pie | beef and ale | port salut | port royal
    | sake sashimi | sake nigiri | sake maki | sake don | sake roll | salmon sake | sake salmon
    | sake sushi | virgin olive oil | extra virgin | virgin coconut oil | sugar alcohol | alcohol sugar
    | rubbing alcohol | isopropyl alcohol | alcohol wipe | alcohol wipes | blue moon ice cream
    | anis estrellado | anis star | star anise | corona beans | mimosa egg | mimosa salad | oeuf mimosa
    | oeufs mimosa | cosmopolitan salad | manhattan clam chowder | martini olive | olives for martini
    | gin and tonic crisps | cana de azucar | cana de lomo | cana de chocolate | clara de huevo
    | claras de huevo | tinto colombiano | hop water | hops tea | yeast beer | beer yeast
    | brewers yeast | pineapple rum cake | grape wine leaf | bloody mary mix | margarita mix
    | mojito mint | manzanilla infusion | te de manzanilla | limoncello cake | irish cream syrup | miod
    | cocktail proteinowy | cocktail dress | malibu chicken | malibu burger | jack cheese
    | grey goose pate | monterey jack | whale | ale house | zuppa inglese | ginger snap
    | irish cream cold brew | irish cream latte | old fashioned rolled oats | old fashioned potato salad
    | old fashioned meatloaf | old fashioned cake | old fashioned chicken | lech free | karmi
    | kindergluhwein | snap pea | sugar snap | wine flavoured | sour cream | port wine cheese
    | alexander the grape | brandy snap | tom collins mix | cooking wine | cooking sherry | sangria mix
    | pepperidge farm bordeaux | blaue donau | bordeaux cookies | tiger prawns | tiger nuts
    | san miguel taco | gin gin | gingerbread beer candy | wine country | porto alegre | soave sia
    | primitivo di grano | aleppo | ale and steak | vino cotto | el ol | tl ol | ol el | ol tl
    | essloffel ol | teeloffel ol | ol zum braten
"""

# dishes and things: where one follows a drink's word it is what the words mean ("beer bread", "wine jelly")
FOOD_AFTER = """
    vinegar | vinaigrette | sauce | batter | battered | bread | cheese | cake | cakes | cupcake | pie
    | jus | reduction | jelly | jam | marmalade | mustard | nuts | sausage | brats | bratwurst | salami
    | chili | chilli | dip | soup | stew | chicken | shrimp | prawns | salmon | ribs | short ribs | pork
    | beef | lamb | duck | steak | burger | taco | tacos | fish | cod | mussels | clams | glaze | glazed
    | braised | marinated | marinade | poached | cured | soaked | infused ham | butter | cherries
    | chocolate | chocolates | truffle | truffles | fudge | candy | gum | gummies | cookie | cookies
    | biscuit | biscuits | cracker | crackers | crisps | chips | popcorn | ice cream | sorbet | popsicle
    | yogurt | yoghurt | cheesecake | trifle | tart | pudding | brownie | muffin | donut | donuts
    | doughnut | pancake | syrup | creamer | coffee creamer | essence | extract | flavoring | flavouring
    | flavored | flavoured | flavor | flavour | style | mix | bbq | barbecue | smoothie | protein
    | shake | tea | latte | tonic water | sparkling water | sauerkraut | mushrooms | pasta | penne
    | rigatoni | risotto | salad | gravy | broth | pears | pear tart | grapes | grape | leaves | granola
    | cereal | oats | oatmeal | cheddar | fondue | ham | rings | onion rings | fries | pecan
    | jelly beans | bean | beans | snack | radish | bellavitano | mac | parm | parmesan | parmigiana
    | gummy | bears | pretzel | pretzels | biscotti | tiramisu | meatloaf | casserole | chutney | tomato
    | tomatoes | cream | ball | meatballs | wings | bites | dumplings | sorbetto | marmelade | kartoffel
    | kartoffeln | marineret | mariniert | suppe | sosse | brot | tarte | gelee | creme | mousse | sirup
    | sirop | siroop | soslu | soup mix | aged maple | barrel | frosting | icing | macaron | macarons
    | cupcakes | loaf | pulled pork | schokolade | fish and chips mix | rub | ketchup | mayo | aioli
    | compote | preserve | preserves | curd | roll | rolls | flatbread | mints | lollipop | lollies
    | jellies | drops | crumble | caramel | caramels | cream biscuit | balls | bar | bars | noodles
    | potatoes | truffes | wurst | torte | kuchen | eis | pralinen | platter | slaw | wrap | dressing
    | relish | pickle | pickles | pasty | joghurt | kekse | leather | candies | filled | bonbon
    | bonbons | kugel | mayesi | mayasi | sirkesi | harissa | petals | water | hip | snaps biscuit
    | curry | camembert | goat cheese | cocoa | wipes
"""
# whatever drink's word stands beside them
FOOD = """
    vinegar | vinagre | vinaigre | aceto | essig | azijn | vinager | ocet | sirkesi | sirke | eddike
    | edik | levure | levedura | levadura | lievito | drozdze | gist | yeast | uva | uvas | raisin
    | raisins | druiven | grapes | winogrona | uzum | vindruvor | cioccolato | cacao | caffe amaro
    | mandorle | flavored | flavoured | flavour | flavor | aroma | arome | scented | coppa
"""
# said of a drink's word in a list like "Oats, old fashioned, dry" or "Vinegar, wine"
KITCHEN = """
    cooking | oats | quaker | vinegar | yeast | flavoring | donut | doughnut | kochen | backen
    | olivenol | rapsol | sonnenblumenol | pflanzenol
"""
# a dish with a drink's word after it and nothing between: "Pasta vodka"
DISHES = """
    pasta | penne | rigatoni | spaghetti | linguine | gnocchi | shrimp | prawns | chicken | beef
    | pork | lamb | salmon | veal | duck | mussels | meatloaf | huhn | hahnchen | rind | kalb | kip
    | kylling | kyckling | kurczak | tavuk | haagen dazs | pan | pain | pane | pao | arroz | ternera
    | carne
"""
# with a drink's word after "with": in it, not beside it; before one, its taste ("chocolate stout")
FILLED = """
    chocolate | chocolates | schokolade | chocolat | cioccolato | praline | pralines | pralinen
    | mince pie | melon
"""
# ends of compound words for dishes that are cooked with it
DISH_ENDS = (
    "risotto",
    "gulasch",
    "kraut",
    "sosse",
    "sauce",
    "saus",
    "suppe",
    "kuchen",
    "torte",
    "ragout",
    "gryta",
    "gryde",
    "sovs",
    "sas",
)
# beginnings of compound words that say the rest has no alcohol in it
WITHOUT_STARTS = ("kinder", "malz", "alkoholfrei", "ingwer", "alcoholvrij", "alkoholfri")

# dishes that wine, beer or spirits are cooked into: with a drink beside them it went into the pot
COOKED = """
    risotto | fondue | stew | soup | scampi | piccata | thermidor | sauerkraut | kraut | casserole
    | vinaigrette | fruit cake | haagen dazs | tiramisu | pie | ragu | ragout | bolognese | bisque
    | braised | stoofvlees | sauerbraten | schmorbraten | gulasch | goulash | sauce | sos | sosse
    | brasato | spezzatino | scaloppine | carbonade | daube | carpaccio marinade | cake | gateau | glace
    | eis | helado | gelato | torta | tort | tarta | kuchen | torte | clams | mussels | moules | cozze
    | mejillones | vongole | pears | peras | pere | poires | poire | marinade | marinated | gravy | jus
    | bourguignon | pollo | frango | lapin | poulet | crepe | crepes | foie | sorbet | lody | ice cream
    | braise | pudding | trifle | fruitcake | flambe | flambeed | paczek | kugel | broth
    | kase | queso | fromage | jamon | joghurt | jogurt | saucisson | peppercorn sauce | caponata
    | chutney | molho | salsa | stufato | stoofpot
"""
# "mussels in white wine", "pollo alla birra": between a dish and what it is cooked in
INTO = """
    in | im | a la | au | aux | al | alla | allo | alle | all | na | ao | w | i | en | in a | in der
    | in het | dans
"""
# a drink may be made with a spirit: not food
BEVERAGES = """
    auf eis | on ice | con hielo | con ghiaccio | com gelo | med is | sur glace |
    punch | cocktail | drink | coffee | kaffee | caffe | cafe | punsch | eggnog | tea | the | cola
    | coke | hot chocolate | juice | lemonade | ginger beer | milk
"""
