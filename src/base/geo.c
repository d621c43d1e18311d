/* SPDX-License-Identifier: Apache-2.0 */
#include "base/geo.h"

#include <math.h>

#define EARTH_M 6371008.8
#define RAD(d) ((d) * (M_PI / 180))
#define DEG(r) ((r) * (180 / M_PI))

bool
geo_position(double lat, double lon, struct position *ret)
{
	if (!(lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180))
		return false;
	*ret = (struct position){
		.lat_e7 = (int32_t)lround(lat * 1e7),
		.lon_e7 = (int32_t)lround(lon * 1e7),
		.accuracy_m = -1,
		.is_set = true,
	};
	return true;
}

double
geo_distance_m(const struct position *a, const struct position *b)
{
	double p1 = RAD(geo_lat(a)), p2 = RAD(geo_lat(b));
	double sp = sin((p2 - p1) / 2);
	double sl = sin(RAD(geo_lon(b) - geo_lon(a)) / 2);
	double h = sp * sp + cos(p1) * cos(p2) * sl * sl;

	return 2 * EARTH_M * asin(fmin(1, sqrt(h)));
}

double
geo_bearing_deg(const struct position *a, const struct position *b)
{
	double p1 = RAD(geo_lat(a)), p2 = RAD(geo_lat(b));
	double dl = RAD(geo_lon(b) - geo_lon(a));
	double deg = DEG(atan2(sin(dl) * cos(p2),
			       cos(p1) * sin(p2) - sin(p1) * cos(p2) * cos(dl)));

	return deg < 0 ? deg + 360 : deg;
}

struct position
geo_move(const struct position *p, double bearing_deg, double m)
{
	double north = cos(RAD(bearing_deg)) * m, east = sin(RAD(bearing_deg)) * m;
	double lat = geo_lat(p) + DEG(north / EARTH_M);
	double lon = geo_lon(p) + DEG(east / (EARTH_M * cos(RAD(geo_lat(p)))));
	struct position out = *p;

	geo_position(fmin(90, fmax(-90, lat)), remainder(lon, 360), &out);
	out.accuracy_m = p->accuracy_m;
	return out;
}
