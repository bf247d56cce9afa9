/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/ecosystem.h"

#include "base/cleanup.h"

enum form { NONE, ROLLING, MAJOR, MINOR, WHOLE, UBUNTU, RED_HAT, SUSE };

static const struct row {
	const char *osv;
	const char *key;
	const char *purl_type;
	enum form form;
	const char *scheme;
} rows[] = {
#define ECOSYSTEM(osv, key, purl_type, form, scheme) {osv, key, purl_type, form, scheme},
#include "vuln/ecosystem.def"
#undef ECOSYSTEM
};

static bool is_name_byte(char c)
{
	return char_is_alnum(c) || c == '.' || c == '_' || c == '-' || c == '+';
}

bool ecosystem_is_shard(struct str shard)
{
	bool ok = shard.n > 0 && shard.n < ECOSYSTEM_NAME_MAX && shard.p[0] != '.' &&
		  shard.p[0] != '-';

	for (size_t i = 0; ok && i < shard.n; i++)
		ok = is_name_byte(shard.p[i]) && char_lower(shard.p[i]) == shard.p[i];
	return ok;
}

/* Lower case; false when it is too long or not a name. */
static bool set_shard(struct ecosystem *e, struct str key, struct str release)
{
	int n = snprintf(e->shard, sizeof e->shard, "%.*s%s%.*s", STR_FMT(key),
			 release.n ? "-" : "", STR_FMT(release));

	if (n < 0 || (size_t)n >= sizeof e->shard)
		return false;
	for (int i = 0; i < n; i++)
		e->shard[i] = char_lower(e->shard[i]);
	return ecosystem_is_shard(str_make(e->shard, (size_t)n));
}

static bool set_channel(struct ecosystem *e, struct str channel)
{
	if (channel.n >= sizeof e->channel)
		return false;
	for (size_t i = 0; i < channel.n; i++)
		e->channel[i] = char_lower(channel.p[i]);
	e->channel[channel.n] = '\0';
	return true;
}

bool ecosystem_of_distro(struct str key, struct str release, struct ecosystem *ret)
{
	*ret = (struct ecosystem){0};
	return key.n && set_shard(ret, key, release);
}

/* "3.20.1" with 2 parts: "3.20"; "24.03-LTS-SP1" too ends at the '-'. */
static struct str first_parts(struct str release, size_t n_parts)
{
	size_t i = 0;

	while (i < release.n && release.p[i] != '-' && (release.p[i] != '.' || --n_parts > 0))
		i++;
	return str_sub(release, 0, i);
}

static bool of_release(const struct row *row, struct str release, struct ecosystem *ret)
{
	char minor[ECOSYSTEM_NAME_MAX];
	struct str cut;

	(void)(str_pull_prefix(&release, STR("v")) || str_pull_prefix(&release, STR("V")));
	if (release.n == 0 || release.n > 64)
		return false;
	if (row->form == WHOLE || !char_is_digit(release.p[0]))
		return set_shard(ret, str_of(row->key), release);
	cut = first_parts(release, row->form == MAJOR ? 1 : 2);
	if (row->form == MINOR && str_find_char(cut, '.') == cut.n) {
		(void)snprintf(minor, sizeof minor, "%.*s.0", STR_FMT(cut)); /* fits: at most 66 */
		return set_shard(ret, str_of(row->key), str_of(minor));
	}
	return set_shard(ret, str_of(row->key), cut);
}

/* "22.04:LTS", "Pro:18.04:LTS", "Pro:FIPS-updates:20.04:LTS" */
static bool of_ubuntu(const struct row *row, struct str rest, struct ecosystem *ret)
{
	struct str release, channel = STR("esm");

	if (!str_pull_prefix(&rest, STR("Pro:")))
		channel = STR_NULL;
	if (!str_pull_until(&rest, ':', &release))
		return false;
	if (release.n && !char_is_digit(release.p[0])) {
		channel = release;
		if (!str_pull_until(&rest, ':', &release))
			return false;
	}
	return release.n && char_is_digit(release.p[0]) && set_channel(ret, channel) &&
	       set_shard(ret, str_of(row->key), release);
}

/* A stream of RHEL itself: enterprise_linux, rhel_eus, .. not rhel_software_collections. */
static bool is_rhel(struct str product)
{
	static const char *const others[] = {"application", "collections", "satellite",
					     "stronghold"};

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (str_find(product, str_of(others[i])) < product.n)
			return false;
	return str_has_prefix(product, STR("rhel")) ||
	       str_has_prefix(product, STR("enterprise_linux"));
}

/* "rhel_eus:9.2::appstream": the CPE of a repository behind its vendor. */
static bool of_red_hat(const struct row *row, struct str cpe, struct ecosystem *ret)
{
	struct str rest = cpe, product, release;
	size_t at;

	if (!str_pull_until(&rest, ':', &product) || !str_pull_until(&rest, ':', &release) ||
	    release.n == 0 || !char_is_digit(release.p[0]))
		return false;
	/* Layered products carry their own version; their platform stands in the last part. */
	at = str_find(rest, STR(":el"));
	if (at < rest.n || !is_rhel(product))
		release = str_skip(rest, at == rest.n ? rest.n : at + 3);
	release = first_parts(release, 1);
	return release.n && char_is_digit(release.p[0]) && set_channel(ret, cpe) &&
	       set_shard(ret, str_of(row->key), release);
}

/* The number behind the last white space, a service pack joined: "15 SP5" is "15.5". */
static bool suse_release(struct str words, char release[ECOSYSTEM_NAME_MAX])
{
	struct str word, number = STR_NULL, pack = STR_NULL;

	while (str_pull_word(&words, &word)) {
		if (char_is_digit(word.p[0]))
			number = word;
		else if (number.n && str_pull_prefix(&word, STR("SP")))
			pack = word;
	}
	if (number.n == 0 || number.n + pack.n > 64)
		return false;
	(void)snprintf(release, ECOSYSTEM_NAME_MAX, "%.*s%s%.*s", STR_FMT(number), /* fits */
		       pack.n ? "." : "", STR_FMT(pack));
	return true;
}

/* "Leap 15.5", "Tumbleweed", "Linux Enterprise Server 15 SP3", "Package Hub 12": a channel. */
static bool of_suse(const struct row *row, struct str product, struct ecosystem *ret)
{
	char release[ECOSYSTEM_NAME_MAX];
	struct str name = product;

	if (str_pull_prefix(&name, STR("openSUSE ")))
		product = name;
	if (str_is(product, "Tumbleweed"))
		return set_shard(ret, STR("opensuse-tumbleweed"), STR_NULL);
	if (!suse_release(product, release))
		return false;
	if (str_pull_prefix(&product, STR("Leap ")))
		return set_shard(ret, STR("opensuse-leap"), str_of(release));
	if (str_find(product, STR("Micro")) < product.n)
		return set_shard(ret, STR("sl-micro"), str_of(release));
	if (str_is(str_of(row->key), "opensuse"))
		return false;
	return (str_has_prefix(product, STR("Linux Enterprise Server 1")) ||
		set_channel(ret, product)) &&
	       set_shard(ret, STR("sles"), str_of(release));
}

static bool of_row(const struct row *row, struct str suffix, struct ecosystem *ret)
{
	switch (row->form) {
	case NONE:
	case ROLLING:
		return set_shard(ret, str_of(row->key), STR_NULL);
	case MAJOR:
	case MINOR:
	case WHOLE:
		return of_release(row, suffix, ret);
	case UBUNTU:
		return of_ubuntu(row, suffix, ret);
	case RED_HAT:
		return of_red_hat(row, suffix, ret);
	case SUSE:
		return of_suse(row, suffix, ret);
	}
	return false;
}

bool ecosystem_of_osv(struct str name, struct ecosystem *ret)
{
	struct str osv = name, suffix = STR_NULL;

	*ret = (struct ecosystem){0};
	(void)str_cut(name, ':', &osv, &suffix); /* absent: the whole name */
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (osv.n && str_is(osv, rows[i].osv))
			return of_row(&rows[i], suffix, ret);
	return false;
}

const char *ecosystem_of_purl_type(struct str type)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (type.n && str_is(type, rows[i].purl_type))
			return rows[i].key;
	return NULL;
}

/* The longest key that fits: "opensuse-leap-15.5" is not of "opensuse". */
static const struct row *row_of(struct str shard)
{
	const struct row *best = NULL;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str rest = shard;

		if (shard.n && shard.p[0] == rows[i].key[0] &&
		    str_pull_prefix(&rest, str_of(rows[i].key)) &&
		    (rest.n == 0 || rest.p[0] == '-') &&
		    (!best || strlen(rows[i].key) > strlen(best->key)))
			best = &rows[i];
	}
	return best;
}

const char *ecosystem_scheme(struct str shard)
{
	const struct row *row = row_of(shard);

	return row ? row->scheme : NULL;
}

bool ecosystem_is_distribution(struct str shard)
{
	const struct row *row = row_of(shard);

	return row && row->form != NONE;
}
