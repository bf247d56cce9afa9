/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SUSE's and openSUSE's OVAL (oval.h): suse.linux.enterprise.15-affected.xml.gz,
 * opensuse.leap.15.5.xml.gz. Of the many products of one release those are read that a container is
 * built from: the server with its modules, Micro, Leap and Tumbleweed. A service pack in long term
 * support ("15 SP1-LTSS") is of the channel "ltss". "Is not affected" says no more than silence.
 */
#include "base/path.h"
#include "vuln/ecosystem.h"
#include "vuln/feeds/oval.h"

static bool claims(struct str path)
{
	struct str name = path_base(path);

	return str_has_suffix(name, STR(".xml")) &&
	       (str_has_prefix(name, STR("suse.linux.")) || str_has_prefix(name, STR("opensuse.")));
}

/* "SUSE Linux Enterprise Module for Basesystem 15 SP3": a part of the server 15 SP3. */
static bool is_read(struct str name, struct str *ret_release)
{
	static const char *const products[] = {
		"SUSE Linux Enterprise Server 1",
		"SUSE Linux Enterprise Micro ",
		"SUSE Linux Micro ",
		"SUSE Linux Enterprise Module for ",
		"openSUSE Leap ",
		"openSUSE Tumbleweed",
	};
	size_t at = name.n;

	for (size_t i = 0; i < ARRAY_LEN(products); i++)
		if (str_has_prefix(name, str_of(products[i])))
			at = i == 3 ? str_find(name, STR(" 1")) + 1 : 0;
	if (at >= name.n)
		return false;
	*ret_release = str_skip(name, at);
	return true;
}

static bool platform(struct str name, struct draft *d, struct str *ret_shard,
		     struct str *ret_channel)
{
	struct str release;
	size_t dash;
	char osv[160];
	struct ecosystem e;

	if (str_find_char(name, ' ') == name.n)
		return false; /* a package: "tar-1.34-2.2" */
	if (!is_read(name, &release) || release.n > 100)
		return true;
	dash = str_find_char(release, '-');
	if (dash < release.n)
		*ret_channel = STR("ltss");
	release = str_sub(release, 0, dash);
	if (char_is_digit(release.p[0]))
		(void)snprintf(osv, sizeof osv, "SUSE:Linux Enterprise Server %.*s", /* fits */
			       STR_FMT(release));
	else if (str_pull_prefix(&release, STR("SUSE ")))
		(void)snprintf(osv, sizeof osv, "SUSE:%.*s", STR_FMT(release)); /* fits */
	else
		(void)snprintf(osv, sizeof osv, "openSUSE:%.*s", /* fits */
			       STR_FMT(str_skip(release, 9)));
	if (ecosystem_of_osv(str_of(osv), &e))
		*ret_shard = draft_keep(d, str_of(e.shard));
	return true;
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	static const struct oval_vendor vendor = {
		.feed = "suse-oval",
		.name = "SUSE",
		.ids_are_cves = true,
		.platform = platform,
	};

	return oval_read(file, &vendor, STR_NULL, sink, err);
}

const struct feed feed_suse_oval = {
	.id = "suse-oval",
	.title = "SUSE and openSUSE OVAL",
	.licence = "as published by SUSE",
	.url = "https://ftp.suse.com/pub/projects/security/oval/",
	.claims = claims,
	.read = read,
};
