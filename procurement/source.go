package procurement

import "github.com/almotacen/almotacen/procurement/law"

// lcsp is an article of Ley 9/2017 that was read, with the words of it that
// matter here.
func art(article string) law.Source {
	return law.Source{Act: "LCSP", Article: article, Quote: words["LCSP "+article], Mark: law.Text}
}

func lcti(article string) law.Source {
	return law.Source{Act: "LCTI", Article: article, Quote: words["LCTI "+article], Mark: law.Text}
}

func lpac(article string) law.Source {
	return law.Source{Act: "LPAC", Article: article, Quote: words["LPAC "+article], Mark: law.Text}
}

// seen is a source read in a page or guide only.
func seen(act, article string) law.Source {
	return law.Source{Act: act, Article: article, Mark: law.Secondary}
}

// unread is general knowledge.
func unread(act, article string) law.Source {
	return law.Source{Act: act, Article: article, Mark: law.Unverified}
}

// ours is a rule of this model, or good practice, that no act states.
func ours(what string) law.Source {
	return law.Source{Act: "almotacén", Article: what, Mark: law.Unverified}
}
