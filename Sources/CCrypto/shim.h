#ifndef LACUNA_CCRYPTO_SHIM_H
#define LACUNA_CCRYPTO_SHIM_H
// The functions of one algorithm are marked as deprecated in favor of those that look an algorithm up by its name. They
// are used all the same: their state is a plain struct that is copied like any value, and they cannot fail, not even where
// a system's policy turns MD5 off, which is used for nothing but comparing downloads with a published digest.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/md5.h>
#include <openssl/sha.h>
#endif
