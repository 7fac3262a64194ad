/** Endings of international names of substances, of conditions and of procedures (WHO's stems, and Greek and Latin). */
const endings =
  /(mab|nib|pril|sartan|olol|statin|cillin|mycin|micin|azole|floxacin|cycline|dipine|azepam|azolam|zepam|triptan|gliptin|gliflozin|glutide|parin|setron|tidine|oxetine|caine|profen|vir|dronate|thiazide|semide|pizide|piride|buride|phylline|asone|olone|onide|terol|tropium|lukast|formin|zolam|barbital|codone|morphone|fentanil|oxacin|sulfa|thyroxine|amine|idine|azine|itis|osis|emia|aemia|oma|pathy|uria|algia|plegia|ectomy|otomy|ostomy|plasty|scopy|rrhea|rrhoea|trophy|plasia|megaly|penia|cele|phobia|itosis|iasis|sclerosis|oedema|thyroidism|glycemia|tension)$/

/** Common names without such an ending; two names of one substance on a line. */
const lines = `
acetaminophen paracetamol tylenol panadol crocin
ibuprofen advil motrin nurofen brufen
naproxen aleve naprosyn
aspirin ecosprin
amoxicillin amoxil
azithromycin zithromax zpack
alprazolam xanax
lorazepam ativan
clonazepam klonopin
diazepam valium
sertraline zoloft
fluoxetine prozac
escitalopram lexapro
citalopram celexa
bupropion wellbutrin
duloxetine cymbalta
omeprazole prilosec
esomeprazole nexium
pantoprazole protonix
ranitidine zantac
famotidine pepcid
cetirizine zyrtec
loratadine claritin
diphenhydramine benadryl
atorvastatin lipitor
metformin glucophage
levothyroxine synthroid
warfarin coumadin
clopidogrel plavix
albuterol salbutamol ventolin
prednisone
hydrocodone vicodin norco
oxycodone oxycontin percocet
tramadol ultram
gabapentin neurontin
pregabalin lyrica
methylphenidate ritalin
amphetamine adderall
sildenafil viagra
tadalafil cialis
levonorgestrel planb
isotretinoin accutane
ondansetron zofran
lisinopril insulin digoxin lithium methotrexate heparin nitroglycerin furosemide lasix morphine codeine doxycycline
diabetes asthma cancer lupus herpes stroke influenza measles mumps rubella malaria dengue typhoid cholera polio
eczema psoriasis epilepsy seizure migraine autism dementia alzheimer parkinson schizophrenia bipolar depression anxiety
hiv aids copd adhd ptsd pcos uti ibs gerd mri std hpv hbv hcv flu chlamydia gonorrhea syphilis scabies shingles chickenpox
gout hernia glaucoma cataract ulcer gallstone endometriosis fibroid hypertension angina pneumonia bronchitis covid
mononucleosis celiac crohn colitis melanoma lymphoma leukemia jaundice cirrhosis miscarriage menopause
`

const firstOf = new Map<string, string>()
for (const [index, line] of lines.trim().split('\n').entries()) {
  const names = line.split(' ')
  // The lines with several names of one substance come first; those below are of one name each.
  const isGroup = names.length > 1 && names.length < 6 && index < 42
  for (const name of names) firstOf.set(name, isGroup ? names[0]! : name)
}

/** The name that stands for a substance or condition; undefined for a word that is no such name as far as its form tells. */
export function clinicalName(word: string): string | undefined {
  const known = firstOf.get(word) ?? firstOf.get(word.replace(/s$/, ''))
  if (known !== undefined) return known
  return word.length >= 6 && endings.test(word) ? word : undefined
}
