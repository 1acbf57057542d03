// Templates: what was sent, put into its definition.

let catalogue = new Map();
let loading = null;

const key = (name, language) => `${name}/${language}`;

async function load() {
  const answer = await fetch('/_sandbox/templates');
  const { data } = await answer.json();
  catalogue = new Map(data.map((one) => [key(one.name, one.language), one]));
}

// The definition, or nothing yet: then `then` is called once it is here.
export function definition(template, then) {
  const found = catalogue.get(key(template.name, template.language?.code));
  if (!found && !loading) {
    loading = load().then(then, () => {}).finally(() => (loading = null));
  }
  return found;
}

const shown = (parameter) =>
  parameter?.text ?? parameter?.currency?.fallback_value ?? parameter?.date_time?.fallback_value ?? '';

// {{1}} and {{name}} replaced; bold stays bold, because the text is rendered afterwards.
function fill(text, parameters = []) {
  return (text ?? '').replace(/\{\{\s*([^}]+?)\s*\}\}/g, (whole, name) => {
    const named = parameters.find((one) => one.parameter_name === name);
    const found = named ?? (/^\d+$/.test(name) ? parameters[Number(name) - 1] : undefined);
    return found ? shown(found) : whole;
  });
}

const of = (components, type) => (components ?? []).find((one) => one.type?.toUpperCase() === type);

function buttons(defined, sent) {
  return (of(defined, 'BUTTONS')?.buttons ?? []).map((button, index) => {
    const parameter = (sent ?? []).find((one) => one.type?.toLowerCase() === 'button' && Number(one.index) === index)?.parameters?.[0];
    return { ...button, parameter, address: button.url ? fill(button.url, parameter ? [parameter] : []) : undefined };
  });
}

// { header, body, footer, offer, buttons, cards } of a template or of one card.
export function filled(defined, sent) {
  const head = of(defined, 'HEADER');
  const headParameters = of(sent, 'HEADER')?.parameters;
  const header = head && (head.format?.toUpperCase() === 'TEXT'
    ? { type: 'text', text: fill(head.text, headParameters) }
    : { ...headParameters?.[0], type: head.format?.toLowerCase() });
  const cards = (of(defined, 'CAROUSEL')?.cards ?? []).map((card, index) =>
    filled(card.components, of(sent, 'CAROUSEL')?.cards?.[index]?.components));
  const offer = of(defined, 'LIMITED_TIME_OFFER')?.limited_time_offer;
  const until = of(sent, 'LIMITED_TIME_OFFER')?.parameters?.[0]?.limited_time_offer?.expiration_time_ms;
  return {
    header,
    body: fill(of(defined, 'BODY')?.text, of(sent, 'BODY')?.parameters),
    footer: of(defined, 'FOOTER')?.text,
    offer: offer && { text: offer.text, until },
    buttons: buttons(defined, sent),
    cards,
  };
}
