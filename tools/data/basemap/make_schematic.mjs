// SPDX-License-Identifier: Apache-2.0
// Karachi's main roads and areas as a sketch: drawn by hand from general knowledge, with
// no survey and no outside data, a few straight legs a road. It helps a person to find
// a quarter on an empty map; it must never be routed on or passed off as a street map.
// Every feature says schematic: true. Owns schematic.geojson beside it.

import { writeFileSync } from 'node:fs';

/** Corners that several roads share, so that the lines meet. */
const at = {
	tower: [66.9975, 24.849],
	shaheen: [67.0165, 24.8505],
	metropole: [67.029, 24.8502],
	saddar: [67.029, 24.8598],
	numaish: [67.0405, 24.8738],
	gurumandir: [67.0398, 24.8822],
	jail: [67.0585, 24.8868],
	lasbela: [67.0335, 24.896],
	liaquatabad: [67.0445, 24.9085],
	karimabad: [67.0575, 24.921],
	sohrab: [67.0905, 24.9465],
	sakhi: [67.0565, 24.953],
	nagan: [67.066, 24.966],
	powerhouse: [67.0655, 24.986],
	kda: [67.039, 24.932],
	hassan: [67.073, 24.899],
	nipa: [67.0972, 24.9175],
	safoora: [67.156, 24.937],
	johar: [67.113, 24.905],
	drigh: [67.118, 24.884],
	karsaz: [67.0905, 24.873],
	baloch: [67.076, 24.8655],
	nursery: [67.0615, 24.8605],
	ftc: [67.05, 24.857],
	stargate: [67.149, 24.8855],
	malirhalt: [67.178, 24.8875],
	malir15: [67.203, 24.88],
	quaidabad: [67.211, 24.863],
	qayyumabad: [67.0795, 24.8325],
	crossing: [67.109, 24.8125],
	kalapul: [67.048, 24.849],
	teentalwar: [67.0335, 24.8345],
	dotalwar: [67.0345, 24.825],
	seaview: [67.041, 24.797],
	shershah: [66.985, 24.884],
	banaras: [67.006, 24.932],
	mauripur: [66.925, 24.872],
	landhi: [67.195, 24.8445],
};

const roads = [
	['Shahrah-e-Faisal', 'شاہراہ فیصل', 1, ['metropole', 'ftc', 'nursery', 'baloch', 'karsaz', 'drigh', 'stargate', 'malirhalt', 'malir15', 'quaidabad']],
	['National Highway N-5', 'قومی شاہراہ', 1, ['quaidabad', [67.27, 24.856], [67.35, 24.85], [67.45, 24.8], [67.56, 24.745]]],
	['Motorway M-9', 'موٹروے ایم-9', 1, ['sohrab', [67.15, 24.99], [67.26, 25.05], [67.43, 25.14], [67.6, 25.2]]],
	['Lyari Expressway', 'لیاری ایکسپریس وے', 1, ['mauripur', [66.975, 24.873], [67.012, 24.886], 'lasbela', [67.056, 24.908], 'sohrab']],
	['Northern Bypass', 'ناردرن بائی پاس', 1, [[66.905, 24.98], [66.98, 25.045], [67.07, 25.06], [67.15, 24.99]]],
	['M.A. Jinnah Road', 'ایم اے جناح روڈ', 1, ['tower', [67.012, 24.857], 'numaish']],
	['University Road', 'یونیورسٹی روڈ', 1, ['jail', 'hassan', 'nipa', [67.12, 24.931], 'safoora']],
	['Shahrah-e-Pakistan', 'شاہراہ پاکستان', 1, ['lasbela', 'liaquatabad', 'karimabad', 'sohrab']],
	['Rashid Minhas Road', 'راشد منہاس روڈ', 1, ['drigh', 'johar', 'nipa', 'sohrab']],
	['Korangi Road', 'کورنگی روڈ', 1, ['ftc', 'kalapul', 'qayyumabad', 'crossing']],
	['Korangi Industrial Road', 'کورنگی انڈسٹریل روڈ', 1, ['qayyumabad', [67.12, 24.838], [67.16, 24.84], 'landhi', 'quaidabad']],
	['Shahrah-e-Sher Shah Suri', 'شاہراہ شیر شاہ سوری', 1, ['lasbela', [67.032, 24.913], 'kda', 'sakhi', 'nagan']],
	['Shahrah-e-Usman', 'شاہراہ عثمان', 2, ['nagan', 'powerhouse', [67.063, 25.02]]],
	['Hub River Road', 'حب ریور روڈ', 1, ['shershah', [66.965, 24.915], [66.93, 24.955], [66.905, 24.98], [66.885, 25.02]]],
	['Mauripur Road', 'ماڑی پور روڈ', 1, ['tower', [66.977, 24.867], 'mauripur']],
	['Hawks Bay Road', 'ہاکس بے روڈ', 2, ['mauripur', [66.88, 24.866], [66.845, 24.853]]],
	['Manghopir Road', 'منگھوپیر روڈ', 2, [[67.013, 24.886], [67.004, 24.907], 'banaras', [67.018, 24.96], [67.026, 24.992]]],
	['Shahrah-e-Orangi', 'شاہراہ اورنگی', 2, ['banaras', [66.994, 24.945], [66.978, 24.957]]],
	['Estate Avenue', 'اسٹیٹ ایونیو', 2, ['shershah', [66.996, 24.897], [67.004, 24.907]]],
	['Shaheed-e-Millat Road', 'شاہراہ شہید ملت', 1, ['jail', [67.067, 24.876], 'baloch', 'qayyumabad']],
	['Shahrah-e-Quaideen', 'شاہراہ قائدین', 2, ['numaish', [67.052, 24.867], 'nursery']],
	['New M.A. Jinnah Road', 'نیو ایم اے جناح روڈ', 2, ['numaish', 'gurumandir', 'jail']],
	['I.I. Chundrigar Road', 'آئی آئی چندریگر روڈ', 2, ['tower', 'shaheen']],
	['Dr Ziauddin Ahmed Road', 'ڈاکٹر ضیاء الدین احمد روڈ', 2, ['shaheen', [67.024, 24.8465], 'metropole']],
	['Abdullah Haroon Road', 'عبداللہ ہارون روڈ', 2, ['saddar', 'metropole', 'teentalwar', 'dotalwar']],
	['Shahrah-e-Iran', 'شاہراہ ایران', 2, ['teentalwar', [67.026, 24.825], [67.027, 24.813]]],
	['Mai Kolachi', 'مائی کولاچی', 2, [[67.0, 24.842], [67.012, 24.836], [67.022, 24.8385]]],
	['Khayaban-e-Iqbal', 'خیابان اقبال', 2, ['dotalwar', [67.0305, 24.814], [67.029, 24.806]]],
	['Khayaban-e-Ittehad', 'خیابان اتحاد', 2, [[67.067, 24.834], [67.063, 24.815], [67.062, 24.785]]],
	['Khayaban-e-Shamsheer', 'خیابان شمشیر', 2, [[67.047, 24.833], [67.052, 24.812], [67.056, 24.786]]],
	['Khayaban-e-Saadi', 'خیابان سعدی', 2, [[67.027, 24.813], [67.041, 24.814], [67.052, 24.812]]],
	['Sunset Boulevard', 'سن سیٹ بلیوارڈ', 2, ['kalapul', [67.05, 24.84], [67.047, 24.833]]],
	['Sea View Avenue', 'سی ویو ایونیو', 2, [[67.029, 24.806], 'seaview', [67.056, 24.786], [67.077, 24.77]]],
	['Stadium Road', 'اسٹیڈیم روڈ', 2, ['jail', [67.075, 24.8915], [67.081, 24.894], 'karsaz']],
	['Sir Shah Suleman Road', 'سر شاہ سلیمان روڈ', 2, ['karsaz', [67.083, 24.893], 'hassan', [67.057, 24.906], 'liaquatabad']],
	['Abul Hasan Ispahani Road', 'ابوالحسن اصفہانی روڈ', 2, [[67.094, 24.934], [67.108, 24.94], [67.126, 24.935]]],
	['Jauhar Chowrangi Road', 'جوہر چورنگی روڈ', 2, ['johar', [67.125, 24.914], [67.137, 24.918], 'safoora']],
	['Jinnah Avenue', 'جناح ایونیو', 2, ['malirhalt', [67.188, 24.907], [67.2, 24.94]]],
	['Airport Road', 'ائیرپورٹ روڈ', 2, ['stargate', [67.153, 24.895], [67.162, 24.899]]],
	['Malir Link Road', 'ملیر لنک روڈ', 2, ['safoora', [67.195, 24.965], [67.245, 25.0], [67.26, 25.05]]],
	['Port Qasim Road', 'پورٹ قاسم روڈ', 2, [[67.35, 24.85], [67.345, 24.81], [67.335, 24.775]]],
	['Ibrahim Hyderi Road', 'ابراہیم حیدری روڈ', 2, ['crossing', [67.13, 24.805], [67.138, 24.793]]],
	['Korangi Main Road', 'کورنگی مین روڈ', 2, ['crossing', [67.127, 24.822], [67.15, 24.83], 'landhi']],
	['Nishtar Road', 'نشتر روڈ', 2, [[67.002, 24.858], [67.018, 24.869], 'lasbela']],
];

const areas = [
	['Saddar', 'صدر', 'صدر', 67.024, 24.862],
	['Clifton', 'کلفٹن', 'ڪلفٽن', 67.03, 24.818],
	['Defence', 'ڈیفنس', 'ڊفينس', 67.065, 24.802],
	['Lyari', 'لیاری', 'لياري', 66.998, 24.868],
	['Garden', 'گارڈن', 'گارڊن', 67.026, 24.877],
	['Kemari', 'کیماڑی', 'ڪياماڙي', 66.978, 24.822],
	['SITE', 'سائٹ', 'سائيٽ', 66.998, 24.913],
	['Baldia', 'بلدیہ', 'بلديه', 66.965, 24.927],
	['Orangi', 'اورنگی', 'اورنگي', 66.99, 24.952],
	['Nazimabad', 'ناظم آباد', 'ناظم آباد', 67.031, 24.921],
	['North Nazimabad', 'نارتھ ناظم آباد', 'نارٿ ناظم آباد', 67.042, 24.944],
	['North Karachi', 'نارتھ کراچی', 'نارٿ ڪراچي', 67.064, 24.978],
	['Surjani', 'سرجانی', 'سرجاڻي', 67.06, 25.026],
	['Liaquatabad', 'لیاقت آباد', 'لياقت آباد', 67.042, 24.904],
	['Federal B Area', 'فیڈرل بی ایریا', 'فيڊرل بي ايريا', 67.075, 24.931],
	['Gulshan-e-Iqbal', 'گلشنِ اقبال', 'گلشن اقبال', 67.09, 24.925],
	['Gulistan-e-Jauhar', 'گلستانِ جوہر', 'گلستان جوهر', 67.13, 24.921],
	['PECHS', 'پی ای سی ایچ ایس', 'پي اي سي ايڇ ايس', 67.062, 24.872],
	['Shah Faisal', 'شاہ فیصل', 'شاهه فيصل', 67.157, 24.873],
	['Malir', 'ملیر', 'ملير', 67.2, 24.893],
	['Korangi', 'کورنگی', 'ڪورنگي', 67.132, 24.828],
	['Landhi', 'لانڈھی', 'لانڍي', 67.19, 24.85],
	['Bin Qasim', 'بن قاسم', 'بن قاسم', 67.335, 24.808],
	['Gadap', 'گڈاپ', 'گڏاپ', 67.19, 25.05],
	['Manora', 'منوڑہ', 'منهوڙو', 66.976, 24.795],
	['Hawks Bay', 'ہاکس بے', 'هاڪس بي', 66.86, 24.866],
	['Airport', 'ہوائی اڈا', 'هوائي اڏو', 67.162, 24.905],
];

const features = [
	...roads.map(([en, ur, rank, legs]) => ({
		type: 'Feature',
		properties: { layer: 'road', en, ur, rank, schematic: true },
		geometry: {
			type: 'LineString',
			coordinates: legs.map((leg) => (typeof leg === 'string' ? at[leg] : leg)),
		},
	})),
	...areas.map(([en, ur, sd, lon, lat]) => ({
		type: 'Feature',
		properties: { layer: 'area', en, ur, sd, schematic: true },
		geometry: { type: 'Point', coordinates: [lon, lat] },
	})),
];
for (const feature of features)
	if (JSON.stringify(feature.geometry).includes('null'))
		throw new Error(`unknown corner in ${feature.properties.en}`);

const note = 'SCHEMATIC: drawn by hand from general knowledge; not surveyed, not for routing.';
const lines = features.map((feature) => JSON.stringify(feature)).join(',\n');
writeFileSync(
	new URL('schematic.geojson', import.meta.url),
	`{"type":"FeatureCollection","note":${JSON.stringify(note)},"features":[\n${lines}\n]}\n`,
);
console.log(`${roads.length} roads, ${areas.length} areas`);
