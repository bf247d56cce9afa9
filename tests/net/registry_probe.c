/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drives net/ against a live server; prints "key value" lines. Built for tests only.
 *
 *     registry_probe [OPTION...] manifest REF
 *     registry_probe [OPTION...] blob REF DIGEST SIZE
 *     registry_probe [OPTION...] get URL [SIZE]
 *     registry_probe [OPTION...] daemon docker|podman NAME
 *     registry_probe [OPTION...] locate TARGET
 */
#include <getopt.h>
#include <pthread.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "image/locate.h"
#include "net/http.h"
#include "net/registry.h"

static struct {
	struct registry_options registry;
	unsigned cancel_ms;  /* after which everything is canceled; 0: never */
	unsigned stop_after; /* bytes after which the stream is closed; 0: never */
	unsigned slow_ms;    /* pause of the reader after each block */
	bool manifest_first; /* ask for the manifest before the blob */
} opt;

static int fail(const struct err *err)
{
	fprintf(stderr, "%s: %s\n", err_code_name(err->code), err->msg);
	return 1;
}

static int drain(struct stream *s, struct err *err)
{
	CLEANUP(digest_done) struct digest d = {0};
	static char buf[32768];
	char text[DIGEST_TEXT_MAX];
	struct digest_value v;
	uint64_t total = 0;
	ssize_t n;
	int r = digest_init(&d, DIGEST_SHA256, err);

	while (r == 0 && (n = stream_read(s, buf, sizeof buf, err)) != 0) {
		if (n < 0)
			return (int)n;
		digest_update(&d, str_make(buf, (size_t)n));
		total += (uint64_t)n;
		if (opt.stop_after && total >= opt.stop_after)
			break;
		if (opt.slow_ms)
			usleep(opt.slow_ms * 1000);
	}
	digest_final(&d, &v);
	printf("bytes %llu\nsha256 %s\n", (unsigned long long)total, digest_format(&v, text).p);
	return r;
}

static void *cancel_later(void *arg)
{
	usleep(opt.cancel_ms * 1000);
	registry_cancel(arg);
	return NULL;
}

static int run_manifest(struct registry *reg, struct str version, struct err *err)
{
	CLEANUP(registry_manifest_done) struct registry_manifest m = REGISTRY_MANIFEST_INIT;
	int r = registry_manifest(reg, version, &m, err);

	if (r == 0)
		printf("digest %s\ntype %s\nbytes %zu\nused %.*s\n", m.digest, m.media_type,
		       m.bytes.n, STR_FMT(registry_used(reg)));
	return r;
}

static int run_blob(struct registry *reg, const char *digest, const char *size_text,
		    struct err *err)
{
	CLEANUP(stream_closep) struct stream *s = NULL;
	uint64_t size = UINT64_MAX;
	int r;

	(void)str_parse_u64(str_of(size_text), &size); /* absent: not known */
	r = registry_blob(reg, str_of(digest), size, &s, err);
	return r == 0 ? drain(s, err) : r;
}

static int run_registry(char **argv, struct err *err)
{
	CLEANUP(registry_freep) struct registry *reg = NULL;
	struct reference ref;
	struct arena arena;
	pthread_t thread;
	bool canceling = false;
	int r;

	arena_init(&arena, 65536);
	r = reference_parse(str_of(argv[1]), &arena, &ref, err);
	if (r == 0)
		r = registry_open(&(struct registry_name){ref.domain, ref.path}, &opt.registry,
				  &reg, err);
	if (r == 0 && opt.cancel_ms)
		canceling = pthread_create(&thread, NULL, cancel_later, reg) == 0;
	if (r == 0 && strcmp(argv[0], "manifest") == 0)
		r = run_manifest(reg, reference_version(&ref), err);
	else if (r == 0 && opt.manifest_first)
		r = run_manifest(reg, reference_version(&ref), err);
	if (r == 0 && strcmp(argv[0], "blob") == 0)
		r = run_blob(reg, argv[2], argv[2] ? argv[3] : NULL, err);
	if (canceling)
		(void)pthread_join(thread, NULL); /* ours, joined once */
	arena_done(&arena);
	return r;
}

static int run_get(char **argv, struct err *err)
{
	CLEANUP(http_freep) struct http *h = NULL;
	CLEANUP(stream_closep) struct stream *s = NULL;
	struct http_options options = {.stall_seconds = opt.registry.stall_seconds,
				       .backoff_ms = opt.registry.backoff_ms,
				       .certs_dir = opt.registry.certs_dir,
				       .ca_file = opt.registry.ca_file};
	struct http_request rq = {.url = argv[1], .size_bytes = HTTP_SIZE_UNKNOWN};
	int r = http_new(&options, &h, err);

	(void)str_parse_u64(str_of(argv[2]), &rq.size_bytes); /* absent: not known */
	if (r == 0)
		r = http_stream_open(h, &rq, 1, &s, err);
	return r == 0 ? drain(s, err) : r;
}

static int run_daemon(char **argv, struct err *err)
{
	CLEANUP(daemon_freep) struct daemon *d = NULL;
	CLEANUP(stream_closep) struct stream *s = NULL;
	enum daemon_kind kind = strcmp(argv[1], "podman") == 0 ? DAEMON_PODMAN : DAEMON_DOCKER;
	struct daemon_image image;
	int r = daemon_open(kind, &d, err);

	if (r == 0)
		r = daemon_image(d, str_of(argv[2]), &image, err);
	if (r == 0)
		printf("title %s\nid %s\nrepo_digest %s\n", daemon_title(d), image.id,
		       image.repo_digest);
	if (r == 0)
		r = daemon_export(d, str_of(argv[2]), &s, err);
	return r == 0 ? drain(s, err) : r;
}

static int run_locate(const char *target, struct err *err)
{
	struct image_place place;
	struct str rest;
	enum transport transport = transport_parse(str_of(target), &rest);
	int r = image_locate(transport, rest, &opt.registry, &place, err);

	if (r < 0)
		return r;
	printf("transport %s\nname %.*s\nfound_by %.*s\ndigest %s\n",
	       transport_name(place.transport), STR_FMT(place.name), STR_FMT(place.found_by),
	       place.daemon ? place.image.id : place.manifest.digest);
	image_place_done(&place);
	return 0;
}

static unsigned number(const char *text)
{
	uint64_t v = 0;

	(void)str_parse_u64(str_of(text), &v); /* a wrong number is 0: the default */
	return (unsigned)v;
}

static bool read_text_option(int c)
{
	const char **target = c == 'a'	 ? &opt.registry.auth_file
			      : c == 'c' ? &opt.registry.certs_dir
			      : c == 'A' ? &opt.registry.ca_file
			      : c == 'r' ? &opt.registry.registries_conf
					 : NULL;

	if (target)
		*target = optarg;
	return target;
}

static bool read_option(int c)
{
	unsigned *target = c == 't'   ? &opt.registry.stall_seconds
			   : c == 'b' ? &opt.registry.backoff_ms
			   : c == 'x' ? &opt.cancel_ms
			   : c == 'q' ? &opt.stop_after
			   : c == 'w' ? &opt.slow_ms
				      : NULL;

	if (target)
		*target = number(optarg);
	else if (c == 'i')
		opt.registry.security = REGISTRY_SECURITY_NONE;
	else if (c == 's')
		opt.registry.security = REGISTRY_SECURITY_STRICT;
	else if (c == 'm')
		opt.manifest_first = true;
	else if (c == 'v')
		log_enable(true);
	else
		return read_text_option(c);
	return true;
}

int main(int argc, char **argv)
{
	struct err err = {0};
	int c, r;

	while ((c = getopt(argc, argv, "+isvma:c:A:r:t:b:x:q:w:")) != -1)
		if (!read_option(c))
			return 2;
	argv += optind;
	if (argc - optind < 2)
		return 2;
	if (strcmp(argv[0], "get") == 0)
		r = run_get(argv, &err);
	else if (strcmp(argv[0], "locate") == 0)
		r = run_locate(argv[1], &err);
	else if (strcmp(argv[0], "daemon") == 0 && argv[2])
		r = run_daemon(argv, &err);
	else
		r = run_registry(argv, &err);
	return r < 0 ? fail(&err) : 0;
}
