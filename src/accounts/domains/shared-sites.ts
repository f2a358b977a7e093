// Sites on which other people have pages. A page there does not tell its owner's domain, while the
// site alone (https://www.linkedin.com) and addresses (jane@linkedin.com) belong to the company
// that runs it. Of companies that publish pages of their own at the same place, only the paths or
// hosts of others are in the list.

/**
 * An entry `linkedin.com/` means any path there, `google.com/search/` a path that begins so, and
 * `*.wordpress.com` any host below it, with or without a path. `{…}` lists what may stand there.
 */
const SITES: Readonly<Record<string, string>> = {
  "networks and messengers": `
    facebook.com/ business.facebook.com/ fb.com/ fb.me/ m.me/ instagram.com/ threads.com/ threads.net/
    whatsapp.com/channel/ api.whatsapp.com/ chat.whatsapp.com/ wa.me/ linkedin.com/ lnkd.in/ twitter.com/ x.com/
    bsky.app/ mastodon.social/ xing.com/ vk.com/ ok.ru/ weibo.com/ weibo.cn/ t.me/ telegram.me/ line.me/
    discord.com/invite/ discord.gg/ reddit.com/ snapchat.com/ tiktok.com/ meetup.com/ nextdoor.com/`,
  "pictures, sound and video": `
    youtube.com/ music.youtube.com/ youtu.be/ vimeo.com/ twitch.tv/ dailymotion.com/ soundcloud.com/
    open.spotify.com/ flickr.com/ 500px.com/
    pinterest.{at,ca,ch,cl,co.kr,co.uk,com,com.au,com.mx,de,dk,es,fr,ie,it,jp,nz,pt,se}/`,
  "profiles, articles and source code": `
    about.me/ linktr.ee/ linkin.bio/ bio.link/ beacons.ai/ behance.net/ dribbble.com/ medium.com/ *.medium.com
    *.substack.com *.tumblr.com tumblr.com/ patreon.com/ github.com/ gitlab.com/ bitbucket.org/ sourceforge.net/
    quora.com/ wikipedia.org/ wikidata.org/ *.fandom.com archive.org/`,
  "directories of companies and employers, ratings": `
    crunchbase.com/ bloomberg.com/{profile,profiles,quote,research}/ angel.co/ wellfound.com/ zoominfo.com/c/
    owler.com/company/ dnb.com/business-directory/ pitchbook.com/profiles/ opencorporates.com/companies/
    northdata.{com,de}/ kompass.com/ europages.com/ manta.com/c/ bbb.org/ kununu.com/ indeed.com/cmp/
    find-and-update.company-information.service.gov.uk/ g2.com/products/ capterra.com/p/ clutch.co/profile/
    trustpilot.com/review/ yellowpages.com/ foursquare.com/v/ justdial.com/ producthunt.com/products/
    glassdoor.{at,ca,ch,co.in,co.nz,co.uk,com,com.au,com.br,com.mx,de,es,fr,ie,it,nl,sg}/
    yelp.{at,be,ca,ch,co.jp,co.nz,co.uk,com,com.au,com.br,com.mx,de,dk,es,fr,ie,it,nl,no,pl,pt,se}/
    tripadvisor.{at,be,ca,ch,cl,co,co.nz,co.uk,co.za,com,com.ar,com.au,com.br,com.mx,de,dk,es,fr,ie,in,it,jp}/
    tripadvisor.{com.sg,nl,pt,ru,se}/`,
  "shops, events and collections of money": `
    etsy.com/shop/ *.etsy.com aliexpress.com/store/ *.en.alibaba.com *.en.made-in-china.com *.bigcartel.com
    *.bandcamp.com fiverr.com/ upwork.com/freelancers/ airbnb.com/rooms/ booking.com/hotel/
    amazon.{ae,ca,cn,co.jp,co.uk,com,com.au,com.be,com.br,com.mx,de,es,fr,ie,in,it,nl,pl,se,sg}/{shops,stores}/
    amazon.{ae,ca,cn,co.jp,co.uk,com,com.au,com.be,com.br,com.mx,de,es,fr,ie,in,it,nl,pl,se,sg}/{s,sp,dp,gp}/
    ebay.{at,be,ca,ch,co.uk,com,com.au,de,es,fr,ie,it,nl,pl}/{str,usr,itm}/
    eventbrite.{ca,co.uk,com,com.au,de,es,fr,ie,it,nl}/{e,o}/ gofundme.com/f/ justgiving.com/
    kickstarter.com/projects/ indiegogo.com/projects/ paypal.com/paypalme/ paypal.me/
    apps.apple.com/ itunes.apple.com/ play.google.com/ apps.microsoft.com/ appsource.microsoft.com/`,
  "search and maps": `
    google.{at,be,ca,ch,co.in,co.jp,co.uk,com,com.au,com.br,com.mx,de,es,fr,ie,it,nl,pl}/{search,url}/
    google.{at,be,ca,ch,co.in,co.jp,co.uk,com,com.au,com.br,com.mx,de,es,fr,ie,it,nl,pl}/maps/{d,dir,place,search}/
    maps.google.com/ g.page/ maps.app.goo.gl/ maps.apple.com/ bing.com/{maps,search}/ openstreetmap.org/`,
  "short links": `
    bit.ly/ buff.ly/ cutt.ly/ forms.gle/ g.co/ goo.gl/ is.gd/ lnk.bio/ ow.ly/ rb.gy/ rebrand.ly/ t.co/ t.ly/
    tiny.cc/ tinyurl.com/ v.gd/`,
  "shared files and documents": `
    docs.google.com/ drive.google.com/ groups.google.com/ photos.google.com/ plus.google.com/ photos.app.goo.gl/
    dropbox.com/{s,sh,scl}/ *.dropboxusercontent.com box.com/s/ app.box.com/ *.app.box.com 1drv.ms/ we.tl/
    wetransfer.com/downloads/ *.sharepoint.com forms.office.com/ sway.office.com/ sway.cloud.microsoft/
    {acrobat,documentcloud,express,indd,new.express,spark}.adobe.com/ issuu.com/ slideshare.net/ scribd.com/
    calameo.com/ flipsnack.com/ yumpu.com/ prezi.com/ canva.com/design/ surveymonkey.com/r/ *.typeform.com`,
  "files of websites, on hosts of their providers": `
    cdn.shopify.com/ *.website-files.com uploads-ssl.webflow.com/ *.wixstatic.com
    *.filesusr.com *.wsimg.com *.ctfassets.net *.cdn.prismic.io *.bigcontent.io *.netdna-ssl.com *.pcdn.co
    *.rackcdn.com *.q4cdn.com resources.finalsite.net/ cdn.phenompeople.com/ cdn2.hubspot.net/
    *.hubspotusercontent{-eu1,-na1,00,10,20,30,40}.net`,
  "websites on hosts of their builders that the Public Suffix List lacks": `
    sites.google.com/ *.business.site *.canva.site *.company.site *.godaddysites.com *.homestead.com *.hs-sites.com
    *.jimdo.com *.jimdofree.com *.jimdosite.com *.livejournal.com *.mailchimpsites.com *.mystrikingly.com
    *.ning.com *.over-blog.com *.pagesperso-orange.fr *.powerappsportals.com *.site123.me *.squarespace.com
    *.strikingly.com *.teachable.com *.thinkific.com *.tilda.ws *.tistory.com *.typepad.com *.ueniweb.com
    *.webador.com *.webnode.com *.webnode.page *.webs.com *.weebly.com *.wordpress.com`,
  "help desks on hosts of their providers": `
    *.atlassian.net *.freshdesk.com *.zendesk.com`,
};

export const sharedSites: readonly string[] = Object.values(SITES).flatMap((text) =>
  text.trim().split(/\s+/).flatMap(expandBraces),
);

/** `ebay.{de,fr}/` gives `ebay.de/` and `ebay.fr/`. */
function expandBraces(pattern: string): string[] {
  const [, before = "", options, after = ""] = /^(.*?)\{([^}]*)\}(.*)$/.exec(pattern) ?? [];
  return options?.split(",").flatMap((option) => expandBraces(`${before}${option}${after}`)) ?? [pattern];
}
