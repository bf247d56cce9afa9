/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cmd/command.h"
#include "render/text.h"
#include "scan/cache.h"

static int run(int argc, const char *const *argv)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(8192);
	struct cache *c = cache_open(0);
	struct cache_usage usage, before;
	char bytes[TEXT_BYTES_MAX];
	struct err err = {0};
	bool clear = argc == 1 && strcmp(argv[0], "clear") == 0;

	if (!c || argc > 1 || (argc == 1 && !clear && strcmp(argv[0], "show") != 0)) {
		cache_close(c);
		err_set(&err, ERR_USAGE,
			c ? "cache: show or clear"
			  : "cache: no directory can be made for it below XDG_CACHE_HOME or "
			    "HOME/.cache");
		return command_error(&err);
	}
	cache_usage(c, &before);
	if (clear)
		cache_trim(c, 0);
	cache_usage(c, &usage);
	strbuf_addf(&out, "%.*s: %llu %s, %.*s", STR_FMT(cache_path(c)),
		    (unsigned long long)usage.n_records, usage.n_records == 1 ? "layer" : "layers",
		    STR_FMT(text_bytes(usage.bytes, bytes)));
	if (clear)
		strbuf_addf(&out, "; %llu removed",
			    (unsigned long long)(before.n_records - usage.n_records));
	strbuf_addc(&out, '\n');
	cache_close(c);
	return command_print(strbuf_str(&out));
}

static const struct option_spec options[] = {OPTION_END};

const struct command command_cache = {
	.name = "cache",
	.arguments = "[show|clear]",
	.summary = "see or empty the cache of layer results",
	.details =
		"The cache keeps what was learned from each layer under the digest of its bytes, "
		"in "
		"$XDG_CACHE_HOME/plimsoll (~/.cache/plimsoll), so that a layer read before is not "
		"read again. It costs nothing but time to lose it. It stays below cache_bytes of "
		"plimsoll --limits: what was used longest ago goes first.\n"
		"show, also without a word, says where it lies, of how many layers it knows and "
		"what it takes. clear removes all of it.",
	.options = options,
	.run = run,
};
