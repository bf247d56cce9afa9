/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/apt_conf.h"

#include "base/cleanup.h"

static const char *const settings[] = {
	"APT::Sandbox::User \"root\";",
	"APT::Update::Error-Mode \"any\";",
	"APT::Install-Recommends \"false\";",
	"APT::Get::AllowUnauthenticated \"false\";",
	"Acquire::AllowInsecureRepositories \"false\";",
	"Acquire::AllowWeakRepositories \"false\";",
	"Acquire::AllowDowngradeToInsecureRepositories \"false\";",
	"Acquire::Languages \"none\";",
	"Acquire::http::Pipeline-Depth \"0\";",
	"Acquire::Retries \"2\";",
	"DPkg::Use-Pty \"false\";",
	"#clear DPkg::Options;",
	"Dir::Etc::SourceList \"/dev/null\";",
};

static const char *const folders[][2] = {
	{"Dir::Etc::SourceParts", "sources/"},
	{"Dir::State::Lists", "lists/"},
	{"Dir::State::extended_states", "extended_states"},
	{"Dir::Cache", "cache/"},
	{"Dir::Cache::archives", "archives/"},
	{"Dir::Log", "log/"},
};

void apt_conf_write(struct strbuf *out, const char *dir)
{
	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		strbuf_addf(out, "%s\n", settings[i]);
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		strbuf_addf(out, "%s \"%s/%s\";\n", folders[i][0], dir, folders[i][1]);
	strbuf_addf(out,
		    "DPkg::Options { \"--force-confdef\"; \"--force-confold\"; "
		    "\"--log=%s/dpkg.log\"; };\n",
		    dir);
}
