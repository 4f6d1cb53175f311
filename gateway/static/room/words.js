// 256 plain French words: four of them tell, aloud, that two screens hold the same keys (32 bits).

export const WORDS = `
  abeille abricot acier aigle ail album alouette ami ancre anneau arbre argile armoire atelier aube avoine
  balcon bambou banc banane barque bateau bijou biscuit bison bocal bois bonnet botte bougie boussole branche
  brebis brique brosse bruyère buisson bulle bureau cabane cactus café caillou camion canal canard canot
  carafe carotte carte castor cerise chaise chalet chameau champ chapeau chat chemin cheval chiffre chocolat
  cigale ciment citron clavier cloche cocotier coffre colline colombe comète coquille corail corbeille cordage
  coton couleur coussin crabe crayon crème croissant cuillère cuivre cygne dauphin désert dessin diamant
  domino dragon dune échelle écluse écorce écureuil église éléphant encre enveloppe épice éponge érable
  escalier étang étoile éventail fable façade falaise farine faucon fauteuil fenêtre ferme feuille ficelle
  figue flamant fleuve flocon flûte fontaine forêt fourmi fraise framboise fromage fusée galet gant garage
  gazelle géant gilet girafe glacier gomme grange grenier grillon guitare hamac harpe herbe hérisson hibou
  hirondelle horloge huile île igloo image jardin jasmin journal jumelle jungle kiwi koala lac laine lampe
  lanterne lavande légume lettre lézard librairie licorne lierre lilas lion livre loutre lune lutin magasin
  maison mandarine marché marmite marron masque matelas melon menthe mésange miel mimosa miroir montagne
  mouette moulin mousse muguet musée navire neige noisette nuage oasis océan olive orange orchidée orgue ours
  oursin palmier panda panier papier papillon parasol parfum pastèque peigne pelouse perle perroquet phare
  piano pigeon pinceau pirogue pivoine planète plume poire poisson poivre pomme pont potager poterie prairie
  prune puits quai radis rame renard rideau rivière robot rose ruban sable safran sapin saule savon sirop
  soleil
`.trim().split(/\s+/);
