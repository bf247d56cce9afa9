/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A token never holds without an anchor; the same bytes as an OCSP response or a CRL say nothing
 * about a certificate of others.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "crypto/revocation.h"
#include "crypto/timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of nobody: P-256, "CN=fuzz", made for this. */
static const char pem[] = "-----BEGIN CERTIFICATE-----\n"
			  "MIIBdDCCARugAwIBAgIUP6boLEF8lOnQx+DTNQCQNgUllH0wCgYIKoZIzj0EAwIw\n"
			  "DzENMAsGA1UEAwwEZnV6ejAgFw0yNjExMjIyMDQzNTZaGA8yMTI2MTAyOTIwNDM1\n"
			  "NlowDzENMAsGA1UEAwwEZnV6ejBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHmZ\n"
			  "xuSSMnMozgupMKj+2xKVX4Kjnl11+W9WpsfWiu03c5sxLTMzqXbjLJPrNVA1/dtE\n"
			  "JEkklgw3W4VyqUnAp/yjUzBRMB0GA1UdDgQWBBS7cj5b5CtrJNQuTCwTH7F9Kf/5\n"
			  "NTAfBgNVHSMEGDAWgBS7cj5b5CtrJNQuTCwTH7F9Kf/5NTAPBgNVHRMBAf8EBTAD\n"
			  "AQH/MAoGCCqGSM49BAMCA0cAMEQCIELZzJaz9M9z/NNtpuFYNGCacJi5OHz60mK9\n"
			  "UP35gUMsAiA3+KnL4LT7p6SO7r/2EZfkH4zRxO0j31076l2vyPqF6g==\n"
			  "-----END CERTIFICATE-----\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(timestamp_trust_freep) struct timestamp_trust *trust = NULL;
	CLEANUP(certificate_freep) struct certificate *cert = NULL;
	struct str bytes = str_make(data, size);
	struct revocation_source source = {.ocsp = {&bytes, 1}, .crls = {&bytes, 1}};
	struct revocation_answer answer = {0};
	struct timestamp ts = {0};
	struct arena arena;
	struct err err = {0};
	int r;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	r = timestamp_trust_new((struct str_list){0}, (struct str_list){0}, &trust, &err);
	assert(r == 0);
	r = timestamp_verify(trust, bytes, STR("message"), &arena, &ts, &err);
	assert(r < 0 && err.msg[0] && ts.time == 0);
	r = certificate_parse(STR(pem), &cert, &err);
	assert(r == 0);
	r = revocation_check(cert, cert, &source, 1800000000, 0, &arena, &answer, &err);
	assert(r == 0 && answer.status == REVOCATION_NONE);
	arena_done(&arena);
	return 0;
}
