package main

import "strings"

// name is a name as it is shown, and as it stands in addresses.
type name struct{ shown, ascii string }

// namesOf reads names; those that addresses spell otherwise have that spelling behind a slash.
func namesOf(list string) (names []name) {
	for text := range strings.SplitSeq(list, " ") {
		shown, ascii, differs := strings.Cut(text, "/")
		if !differs {
			ascii = shown
		}
		names = append(names, name{strings.ReplaceAll(shown, "_", " "), ascii})
	}
	return names
}

var firstNames = namesOf("Adele Alex Allan Amara André/Andre Aoife Astrid Ben Bianca Björn/Bjoern Brigitte Cameron Carlos Chloë/Chloe " +
	"Dagny Debra Diego Edith Emily Enrico Fadi Felix Françoise/Francoise Frida Gerhard Grady Gül/Guel Hanna Henrietta " +
	"Ibrahim Irvin Isaiah Jakub Joni Jörg/Joerg Juan Keiko Lidia Ling Łucja/Lucja Lynne Magda Megan Miriam Nestor Nikolaj " +
	"Odile Omar Patti Pradeep Raúl/Raul Renée/Renee Rie Sandra Søren/Soren Tarik Tomáš/Tomas Umut Vance Wilna Xenia Yvette Zrinka")

var lastNames = namesOf("Abbasi Alexander Alvarez Andersen Bauer Becker Bergström/Bergstroem Bianchi Bowen Brandt Castro Černý/Cerny " +
	"Chan Cohen Costa Díaz/Diaz de_Jong/deJong Duffy Dupont Eriksen Farouk Fischer Fuentes García/Garcia Gruber Gündoğan/Guendogan " +
	"Haddad Hansen Hughes Ivanova Jääskeläinen/Jaeaeskelaeinen Jensen Kaya Keller Klein Kovács/Kovacs Lambert Langer Lee Lehtonen " +
	"Lindqvist Lopes MacDonald Maier Marín/Marin Meyers Müller/Mueller Nakamura Nguyễn/Nguyen Novák/Novak O'Neil/ONeil Okafor Olsson " +
	"Pálsson/Palsson Patel Petit Popescu Quinn Ramírez/Ramirez Richter Rossi Sørensen/Sorensen Sato Schröder/Schroeder Silva Singh " +
	"Steiner Szabó/Szabo Tanaka Thiel Tremblay Ünal/Uenal van_den_Berg/vandenBerg Vieira Virtanen Wagner Weiß/Weiss Wilber Wójcik/Wojcik " +
	"Yamamoto Young Zając/Zajac Zeller Ziegler")

// domains are of the companies that Microsoft's documents make up; the first of them is the largest.
var domains = []string{"contoso.com", "contoso.com", "contoso.com", "emea.contoso.com", "fabrikam.com", "fabrikam.com", "labs.fabrikam.com"}

var units = []string{"OU=Staff,OU=Dublin", "OU=Staff,OU=Köln", "OU=Staff,OU=Kraków", "OU=Staff,OU=Redmond", "OU=Shared,OU=Osaka", "OU=Leavers,OU=Archive"}
